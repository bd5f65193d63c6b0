//! The URL of a webhook, checked.

use hyrouter_http_client::{ServiceUrl, ServiceUrlError};

use crate::SinkError;

pub(super) fn parse(text: &str, has_token: bool) -> Result<ServiceUrl, SinkError> {
    let address = ServiceUrl::parse(text).map_err(|error| SinkError::Url {
        url: error.shown(text),
        problem: match error {
            ServiceUrlError::WithUser => {
                "has a user name or password, which is not sent; name a token_file instead"
            }
            error => error.problem(),
        },
    })?;
    if has_token && address.is_in_the_clear() {
        return Err(SinkError::Url {
            url: address.origin(),
            problem: "would send the token in the clear over a network",
        });
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use hyrouter_http_client::MAX_URL;

    use super::parse;

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
            let address = parse(text, has_token).unwrap();
            assert_eq!(address.is_https(), https, "{text}");
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
        let in_the_clear = parse("http://hooks.example/d?key=hunter2", true).unwrap_err();
        assert!(!in_the_clear.to_string().contains("hunter2"));
    }
}
