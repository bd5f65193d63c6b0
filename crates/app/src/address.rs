//! Text form of backends in logs, metrics and on the status page.

use hyrouter_router::Address;

pub(crate) fn backend(host: &str, port: u16) -> String {
    Address(host, port).to_string()
}

/// Host and port of a backend as [`backend`] writes it.
pub(crate) fn parse_backend(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    let port = port.parse().ok().filter(|port| *port != 0)?;
    (!host.is_empty()).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backends_are_read_as_they_are_written() {
        for (host, port) in [
            ("a.example", 5520),
            ("10.0.0.1", 1),
            ("2001:db8::1", 65_535),
        ] {
            assert_eq!(parse_backend(&backend(host, port)), Some((host, port)));
        }
        for text in ["", "a", ":1", "a:0", "a:x", "a:65536", "[]:1"] {
            assert_eq!(parse_backend(text), None, "{text}");
        }
    }
}
