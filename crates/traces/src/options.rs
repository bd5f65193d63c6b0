//! Options of a tracer: the collector of traces, and the share of connections that are traced.

use std::path::PathBuf;
use std::time::Duration;

use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use hyrouter_http_client::Poster;

use crate::{TraceHeader, TracerError, endpoint};

/// Maximum number of connections that can wait.
const MAX_QUEUE: usize = 1 << 16;
/// Longest time that one request may take.
const MAX_TIMEOUT: Duration = Duration::from_mins(1);

const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("hyrouter-telemetry/", env!("CARGO_PKG_VERSION")));
const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");

/// Options of a tracer: the collector of traces, and the share of connections that are traced.
#[derive(Debug, Clone)]
pub struct TracerOptions {
    endpoint: String,
    headers: Vec<TraceHeader>,
    ca_file: Option<PathBuf>,
    pub(crate) one_in: u32,
    pub(crate) service_name: String,
    pub(crate) resource: Vec<(String, String)>,
    pub(crate) queue: usize,
    timeout: Duration,
}

impl TracerOptions {
    /// Returns the defaults for a collector: `http://...` or `https://...`. Traces are posted to `/v1/traces` below it, in
    /// protobuf.
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

    /// Sets headers that are sent with each request. Default: none.
    #[must_use]
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = TraceHeader>) -> Self {
        self.headers = headers.into_iter().collect();
        self
    }

    /// Sets a file of certificates in PEM that the collector is trusted by, beside those of the system. Default: none.
    #[must_use]
    pub fn with_ca_file(mut self, ca_file: Option<PathBuf>) -> Self {
        self.ca_file = ca_file;
        self
    }

    /// Traces one of so many connections, by chance. Default 1: each.
    #[must_use]
    pub fn with_one_in(mut self, one_in: u32) -> Self {
        self.one_in = one_in;
        self
    }

    /// Sets `service.name` of the traces. Default `hyrouter`.
    #[must_use]
    pub fn with_service_name(mut self, service_name: impl Into<String>) -> Self {
        self.service_name = service_name.into();
        self
    }

    /// Sets further attributes of this process, such as `service.version`. Default: none.
    #[must_use]
    pub fn with_resource(mut self, resource: Vec<(String, String)>) -> Self {
        self.resource = resource;
        self
    }

    /// Sets the number of connections that can wait to be sent, 1 to 65,536. Default 2,048, about 1 MiB.
    #[must_use]
    pub fn with_queue(mut self, queue: usize) -> Self {
        self.queue = queue;
        self
    }

    /// Sets how long one request may take, 1 ms to 1 minute. Default 5 s.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Checks that each option can be used. Reads no file and does not connect.
    ///
    /// # Errors
    ///
    /// Returns the first option that cannot be used, with its value and what is allowed.
    pub fn check(&self) -> Result<(), TracerError> {
        let wrong = |key, value, allowed| {
            Err(TracerError::Setting {
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

    pub(crate) fn poster(&self) -> Result<Poster, TracerError> {
        let address = endpoint::parse(&self.endpoint)?;
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, PRODUCT);
        // An operator can replace the product, and not the type.
        for header in &self.headers {
            headers.insert(header.name.clone(), header.value.clone());
        }
        headers.insert(CONTENT_TYPE, PROTOBUF);
        Ok(Poster::new(
            address,
            headers,
            self.timeout,
            self.ca_file.as_deref(),
        )?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::TracerOptions;

    #[test]
    fn numbers_have_a_range() {
        let check = |change: &dyn Fn(TracerOptions) -> TracerOptions| {
            let options = change(TracerOptions::new("http://127.0.0.1:4318"));
            let error = options.check().err();
            error.map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(check(&|options| options), "");
        assert_eq!(check(&|options| options.with_queue(65_536)), "");
        assert_eq!(
            check(&|options| options.with_queue(65_537)),
            "queue is 65537, allowed is 1 to 65536"
        );
        assert_eq!(
            check(&|options| options.with_queue(0)),
            "queue is 0, allowed is 1 to 65536"
        );
        assert_eq!(
            check(&|options| options.with_one_in(0)),
            "one_in is 0, allowed is 1 or more"
        );
        assert_eq!(
            check(&|options| options.with_service_name("")),
            "service_name is empty, allowed is any text"
        );
        for timeout in [Duration::ZERO, Duration::from_secs(61)] {
            let error = check(&|options| options.with_timeout(timeout));
            assert_eq!(
                error,
                format!("timeout is {timeout:?}, allowed is 1 ms to 1 minute")
            );
        }
    }
}
