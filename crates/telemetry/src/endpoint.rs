//! Where a collector takes traces.

use http::Uri;
use rustls::pki_types::ServerName;

use crate::TelemetryError;

/// Longest URL in bytes. It stands in logs.
const MAX_URL: usize = 2048;
/// Where traces go below the endpoint, as OTLP says.
const PATH: &str = "/v1/traces";

const WITH_USER: &str = "has a user name or password, which is not sent; set headers instead";

/// Checks an endpoint and adds the path to it.
pub(crate) fn parse(text: &str) -> Result<Uri, TelemetryError> {
    check(text).map_err(|problem| TelemetryError::Endpoint {
        // A password has no place here, so it has none in a log either.
        url: match problem {
            WITH_USER => text.rsplit('@').next().unwrap_or_default().to_owned(),
            _ => text.chars().take(MAX_URL).collect(),
        },
        problem,
    })
}

pub(crate) fn is_https(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

fn check(text: &str) -> Result<Uri, &'static str> {
    let (scheme, rest) = text.split_once("://").ok_or("has no scheme")?;
    if !["http", "https"].contains(&&*scheme.to_ascii_lowercase()) {
        return Err("begins with a scheme that is not known");
    }
    if text.len() > MAX_URL {
        return Err("is longer than 2048 bytes");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(WITH_USER);
    }
    if rest.contains(['?', '#']) {
        return Err("has a query or fragment, and the path is added at its end");
    }
    let whole = format!("{}{PATH}", text.trim_end_matches('/'));
    let uri: Uri = whole.parse().map_err(|_| "is no URL")?;
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
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::{MAX_URL, is_https, parse};

    #[test]
    fn the_path_is_added() {
        for (text, whole, https) in [
            (
                "http://127.0.0.1:4318",
                "http://127.0.0.1:4318/v1/traces",
                false,
            ),
            ("http://[::1]:4318/", "http://[::1]:4318/v1/traces", false),
            (
                "https://otlp.example/tenant/",
                "https://otlp.example/tenant/v1/traces",
                true,
            ),
        ] {
            let uri = parse(text).unwrap();
            assert_eq!((uri.to_string().as_str(), is_https(&uri)), (whole, https));
        }
    }

    #[test]
    fn what_is_none_and_why() {
        let long = format!("https://otlp.example/{}", "x".repeat(MAX_URL));
        for (text, problem) in [
            ("", "no scheme"),
            ("127.0.0.1:4318", "no scheme"),
            ("grpc://127.0.0.1:4317", "not known"),
            ("http://", "is no URL"),
            ("http://:4318", "neither a name"),
            ("http://otlp..example", "neither a name"),
            ("http://otlp.example:0", "has a port"),
            ("http://otlp.example:65536", "has a port"),
            ("http://otlp.example/?a=b", "query or fragment"),
            ("http://otlp.example#a", "query or fragment"),
            (&long, "2048 bytes"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
            assert!(error.contains("https://host[:port]"), "{error}");
        }
    }

    #[test]
    fn a_password_is_not_repeated() {
        let error = parse("https://u:hunter2@otlp.example").unwrap_err();
        let error = error.to_string();
        assert!(error.contains("user name or password"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
