//! Extra headers of requests.

use http::{HeaderName, HeaderValue};

use crate::TracerError;

/// Header of a request. `Debug` omits its value, which is often a credential.
#[derive(Debug, Clone)]
pub struct TraceHeader {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderValue,
}

impl TraceHeader {
    /// Checks a name and a value.
    ///
    /// # Errors
    ///
    /// Fails if the name or the value is not valid in HTTP, or if the router sets this header itself.
    pub fn new(name: &str, value: &str) -> Result<Self, TracerError> {
        let wrong = |problem| TracerError::Header {
            name: name.chars().take(64).collect(),
            problem,
        };
        let parsed = HeaderName::try_from(name).map_err(|_| wrong("is not a valid header name"))?;
        if matches!(
            parsed.as_str(),
            "connection" | "content-length" | "content-type" | "host" | "transfer-encoding"
        ) {
            return Err(wrong("is set by the router itself"));
        }
        let mut value = HeaderValue::try_from(value).map_err(|_| wrong("has an invalid value"))?;
        value.set_sensitive(true);
        Ok(Self {
            name: parsed,
            value,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::TraceHeader;

    #[test]
    fn headers_are_checked_and_not_printed() {
        let header = TraceHeader::new("Authorization", "Bearer hunter2").unwrap();
        assert!(!format!("{header:?}").contains("hunter2"), "{header:?}");
        for (name, value, problem) in [
            ("a b", "hunter2", "not a valid header name"),
            ("", "hunter2", "not a valid header name"),
            ("Host", "hunter2", "by the router itself"),
            ("Content-Length", "hunter2", "by the router itself"),
            ("X-Key", "hunter2\r\nX: y", "invalid value"),
        ] {
            let error = TraceHeader::new(name, value).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
