//! The URL of a webhook, checked.

use std::net::IpAddr;

use http::Uri;
use rustls::pki_types::ServerName;

use crate::SinkError;

/// Longest URL in bytes. It stands in logs.
const MAX_URL: usize = 2048;

const WITH_USER: &str = "has a user name or password, which is not sent; name a token_file instead";

pub(super) fn parse(text: &str, has_token: bool) -> Result<Uri, SinkError> {
    check(text, has_token).map_err(|problem| SinkError::Url {
        // A password has no place here, so it has none in a log either.
        url: match problem {
            WITH_USER => text.rsplit('@').next().unwrap_or_default().to_owned(),
            _ => text.chars().take(MAX_URL).collect(),
        },
        problem,
    })
}

pub(super) fn is_https(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

fn check(text: &str, has_token: bool) -> Result<Uri, &'static str> {
    let (scheme, rest) = text.split_once("://").ok_or("has no scheme")?;
    let is_https = scheme.eq_ignore_ascii_case("https");
    if !is_https && !scheme.eq_ignore_ascii_case("http") {
        return Err("begins with a scheme that is not known");
    }
    if text.len() > MAX_URL {
        return Err("is longer than 2048 bytes");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(WITH_USER);
    }
    if rest.contains('#') {
        return Err("has a fragment, which is not sent");
    }
    let uri: Uri = text.parse().map_err(|_| "is no URL")?;
    let named = uri.host().unwrap_or_default();
    let host = named
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(named);
    if ServerName::try_from(host).is_err() {
        return Err("has a host that is neither a name nor an IP address");
    }
    let has_port = authority.strip_suffix(named).is_none();
    if has_port && uri.port_u16().is_none_or(|port| port == 0) {
        return Err("has a port that is not a number from 1 to 65535");
    }
    if has_token && !is_https && !is_loopback(host) {
        return Err("would send the token in the clear over a network");
    }
    Ok(uri)
}

/// Whether a host is this machine whatever a name server says.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{MAX_URL, is_https, parse};

    #[test]
    fn what_is_a_webhook() {
        for (text, has_token, https) in [
            ("https://hooks.example/decisions?key=1", true, true),
            ("HTTPS://hooks.example:8443", true, true),
            ("https://[2001:db8::1]:8443/d", true, true),
            ("http://collector.svc:8080/d", false, false),
            ("http://10.0.0.1/d@2", false, false),
            ("http://localhost:8080/d", true, false),
            ("http://127.0.0.2/d", true, false),
            ("http://[::1]:80/d", true, false),
        ] {
            let uri = parse(text, has_token).unwrap();
            assert_eq!(is_https(&uri), https, "{text}");
        }
    }

    #[test]
    fn what_is_none_and_why() {
        let long = format!("https://hooks.example/{}", "x".repeat(MAX_URL));
        for (text, problem) in [
            ("", "no scheme"),
            ("hooks.example/d", "no scheme"),
            ("ftp://hooks.example/d", "not known"),
            ("https://", "is no URL"),
            ("https://:443/d", "neither a name"),
            ("https://hooks example/d", "is no URL"),
            ("https://hooks..example/d", "neither a name"),
            ("https://hooks.example:0/d", "has a port"),
            ("https://hooks.example:65536/d", "has a port"),
            ("https://hooks.example/d#1", "has a fragment"),
            ("http://hooks.example/d", "in the clear"),
            ("http://127.0.0.1.example/d", "in the clear"),
            (&long, "2048 bytes"),
        ] {
            let error = parse(text, true).unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
            assert!(error.contains("https://host[:port]/path"), "{error}");
        }
    }

    #[test]
    fn a_password_is_not_repeated() {
        for text in ["https://u:hunter2@hooks.example/d", "http://hunter2@[::1"] {
            let error = parse(text, false).unwrap_err().to_string();
            assert!(error.contains("user name or password"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
