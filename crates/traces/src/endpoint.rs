//! The URL of a collector.

use hyrouter_http_client::{ServiceUrl, ServiceUrlError};

use crate::TracerError;

/// Path of traces below the endpoint (OTLP/HTTP request).
const PATH: &str = "/v1/traces";

/// Checks an endpoint and adds the path to it.
pub(crate) fn parse(text: &str) -> Result<ServiceUrl, TracerError> {
    ServiceUrl::parse_base(text, PATH).map_err(|error| TracerError::Endpoint {
        url: error.shown(text),
        problem: match error {
            ServiceUrlError::WithUser => {
                "has a user name or password, which is not sent; set headers instead"
            }
            error => error.problem(),
        },
    })
}

#[cfg(test)]
mod tests {
    use hyrouter_http_client::MAX_URL;

    use super::parse;

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
            let address = parse(text).unwrap();
            assert_eq!(address.to_string(), whole);
            assert_eq!(address.is_https(), https);
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
