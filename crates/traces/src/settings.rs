//! Where traces go, and how many.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::{TelemetryError, endpoint};

/// The most connections that may be asked to wait.
const MAX_QUEUE: usize = 1 << 16;
/// The longest time that may be given to one request.
const MAX_TIMEOUT: Duration = Duration::from_mins(1);

/// Where traces go, and how many.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OtlpSettings {
    /// The collector: `http://...` or `https://...`. Traces are posted to `/v1/traces` below it, in protobuf.
    pub endpoint: String,
    /// Sent with each request.
    pub headers: Vec<Header>,
    /// Certificates in PEM that the collector may be trusted by, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// One of so many connections is traced, by chance. Default 1: each.
    pub one_in: u32,
    /// `service.name` of the traces. Default `hyrouter`.
    pub service_name: String,
    /// What else there is to say of this process, such as `service.version`.
    pub resource: Vec<(String, String)>,
    /// Connections that may wait to be sent, 1 to 65,536. Default 2,048, about 1 MiB.
    pub queue: usize,
    /// How long one request may take, 1 ms to 1 minute. Default 5 s.
    pub timeout: Duration,
}

impl OtlpSettings {
    /// That endpoint, and the default of the rest.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            headers: Vec::new(),
            ca_file: None,
            one_in: 1,
            service_name: "hyrouter".to_owned(),
            resource: Vec::new(),
            queue: 2_048,
            timeout: Duration::from_secs(5),
        }
    }

    /// Whether each setting can be used. Reads no file and calls nobody.
    ///
    /// # Errors
    ///
    /// The first that can not; the error says its value and what is allowed.
    pub fn check(&self) -> Result<(), TelemetryError> {
        let wrong = |key, value, allowed| {
            Err(TelemetryError::Setting {
                key,
                value,
                allowed,
            })
        };
        if self.one_in == 0 {
            return wrong("one_in", self.one_in.to_string(), "1 or more");
        }
        if self.service_name.is_empty() {
            return wrong("service_name", "empty".to_owned(), "any text");
        }
        if !(1..=MAX_QUEUE).contains(&self.queue) {
            return wrong("queue", self.queue.to_string(), "1 to 65536");
        }
        if !(Duration::from_millis(1)..=MAX_TIMEOUT).contains(&self.timeout) {
            return wrong("timeout", format!("{:?}", self.timeout), "1 ms to 1 minute");
        }
        endpoint::parse(&self.endpoint).map(drop)
    }
}

/// A header of a request. Its value can not be printed: many collectors know their senders by one.
#[derive(Debug, Clone)]
pub struct Header {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderValue,
}

impl Header {
    /// Checks both.
    ///
    /// # Errors
    ///
    /// When one can not stand in HTTP, or the router sets that header itself.
    pub fn new(name: &str, value: &str) -> Result<Self, TelemetryError> {
        let wrong = |problem| TelemetryError::Header {
            name: name.chars().take(64).collect(),
            problem,
        };
        let parsed = HeaderName::try_from(name).map_err(|_| wrong("is no name of a header"))?;
        if matches!(
            parsed.as_str(),
            "connection" | "content-length" | "content-type" | "host" | "transfer-encoding"
        ) {
            return Err(wrong("is set by the router itself"));
        }
        let mut value =
            HeaderValue::try_from(value).map_err(|_| wrong("has a value that can not be sent"))?;
        value.set_sensitive(true);
        Ok(Self {
            name: parsed,
            value,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Header, OtlpSettings};

    #[test]
    fn numbers_have_a_range() {
        let check = |change: &dyn Fn(&mut OtlpSettings)| {
            let mut settings = OtlpSettings::new("http://127.0.0.1:4318");
            change(&mut settings);
            settings
                .check()
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        };
        assert_eq!(check(&|_| {}), "");
        assert_eq!(check(&|settings| settings.queue = 65_536), "");
        assert_eq!(
            check(&|settings| settings.queue = 65_537),
            "queue is 65537, allowed is 1 to 65536"
        );
        assert_eq!(
            check(&|settings| settings.queue = 0),
            "queue is 0, allowed is 1 to 65536"
        );
        assert_eq!(
            check(&|settings| settings.one_in = 0),
            "one_in is 0, allowed is 1 or more"
        );
        assert_eq!(
            check(&|settings| settings.service_name.clear()),
            "service_name is empty, allowed is any text"
        );
        for timeout in [Duration::ZERO, Duration::from_secs(61)] {
            let error = check(&|settings| settings.timeout = timeout);
            assert_eq!(
                error,
                format!("timeout is {timeout:?}, allowed is 1 ms to 1 minute")
            );
        }
    }

    #[test]
    fn headers_are_checked_and_not_printed() {
        let header = Header::new("Authorization", "Bearer hunter2").unwrap();
        assert!(!format!("{header:?}").contains("hunter2"), "{header:?}");
        for (name, value, problem) in [
            ("a b", "hunter2", "no name"),
            ("", "hunter2", "no name"),
            ("Host", "hunter2", "by the router itself"),
            ("Content-Length", "hunter2", "by the router itself"),
            ("X-Key", "hunter2\r\nX: y", "can not be sent"),
        ] {
            let error = Header::new(name, value).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
