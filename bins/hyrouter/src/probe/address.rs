//! Addresses of routers as users type them.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};

use anyhow::Context as _;

use hyrouter_app::HostName;

/// The game's port.
const DEFAULT_PORT: u16 = 5520;

/// Resolves the address of a server as a user types it.
///
/// # Errors
///
/// The port is not valid, or the name does not resolve.
pub(super) fn resolve(text: &str) -> anyhow::Result<(SocketAddr, Option<HostName>)> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok((address, None));
    }
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok((SocketAddr::new(ip, DEFAULT_PORT), None));
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (
            name,
            port.parse()
                .with_context(|| format!("{port:?} is not a port; allowed: 1 to 65535"))?,
        ),
        None => (text, DEFAULT_PORT),
    };
    // An empty host means this machine, as in a listen address.
    if name.is_empty() {
        return Ok((SocketAddr::from(([127, 0, 0, 1], port)), None));
    }
    let host: HostName = name.parse().with_context(|| format!("{name:?}"))?;
    let address = (host.sent(), port)
        .to_socket_addrs()
        .with_context(|| format!("resolving {name:?}"))?
        .next()
        .with_context(|| format!("{name:?} has no address"))?;
    Ok((address, Some(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_default_port_and_no_name() {
        for (text, wanted) in [
            ("127.0.0.1", "127.0.0.1:5520"),
            ("127.0.0.1:9", "127.0.0.1:9"),
            ("::1", "[::1]:5520"),
            ("[::1]", "[::1]:5520"),
            ("[::1]:9", "[::1]:9"),
            (":9", "127.0.0.1:9"),
        ] {
            let (address, name) = resolve(text).unwrap();
            assert_eq!(address.to_string(), wanted, "{text}");
            assert!(name.is_none(), "{text}");
        }
    }

    #[test]
    fn a_name_is_what_is_asked_for() {
        let (address, name) = resolve("localhost:9").unwrap();
        assert!(address.ip().is_loopback());
        assert_eq!((address.port(), name.unwrap().sent()), (9, "localhost"));
        assert!(resolve("localhost:70000").is_err());
    }
}
