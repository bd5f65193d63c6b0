//! Options of a tracer: the collector, and the share of traced connections.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use hyrouter_http_client::{Poster, ServiceUrl, UrlRules};
use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;

use crate::{TraceHeader, TracerError};

/// Path of traces below the endpoint (OTLP/HTTP request).
const PATH: &str = "/v1/traces";

/// Maximum capacity of the queue in connections.
const MAX_QUEUE: usize = 1 << 16;
/// Maximum timeout of a request.
const MAX_TIMEOUT: Duration = Duration::from_mins(1);

const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("hyrouter/", env!("CARGO_PKG_VERSION")));
const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");

/// Options of a tracer: the collector, and the share of traced connections. `Debug` omits values of headers, and user,
/// password and query of the endpoint.
#[derive(Clone)]
pub struct TracerOptions {
    endpoint: String,
    headers: Vec<TraceHeader>,
    ca_file: Option<PathBuf>,
    pub(crate) one_in: u32,
    service_name: String,
    resource: Vec<(String, String)>,
    pub(crate) queue: usize,
    timeout: Duration,
}

impl TracerOptions {
    /// Returns the default options for a collector at `http://...` or `https://...`. Requests go to `/v1/traces` below
    /// this URL, in protobuf.
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

    /// Sets extra headers of each request. Default: none.
    #[must_use]
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = TraceHeader>) -> Self {
        self.headers = headers.into_iter().collect();
        self
    }

    /// Sets a PEM file of CA certificates to verify the collector, in addition to the system's. Default: none.
    #[must_use]
    pub fn with_ca_file(mut self, ca_file: Option<PathBuf>) -> Self {
        self.ca_file = ca_file;
        self
    }

    /// Sets the sampling rate: one in `one_in` connections is traced, at random. At least 1. Default 1: all.
    #[must_use]
    pub fn with_one_in(mut self, one_in: u32) -> Self {
        self.one_in = one_in;
        self
    }

    /// Sets the resource attribute `service.name`. Default `hyrouter`.
    #[must_use]
    pub fn with_service_name(mut self, service_name: impl Into<String>) -> Self {
        self.service_name = service_name.into();
        self
    }

    /// Sets further resource attributes, such as `service.version`. Default: none.
    #[must_use]
    pub fn with_resource(mut self, resource: Vec<(String, String)>) -> Self {
        self.resource = resource;
        self
    }

    /// Sets the capacity of the queue in connections, 1 to 65,536. Default 2,048, about 1 MiB.
    #[must_use]
    pub fn with_queue(mut self, queue: usize) -> Self {
        self.queue = queue;
        self
    }

    /// Sets the timeout of one request, 1 ms to 1 minute. Default 5 s.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Checks the options. Reads no file and does not connect.
    ///
    /// # Errors
    ///
    /// Returns the first invalid option, with its value and the allowed values.
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
        self.url().map(drop)
    }

    /// Returns the endpoint with the path of traces.
    fn url(&self) -> Result<ServiceUrl, TracerError> {
        let rules = UrlRules {
            path: Some(PATH),
            ..UrlRules::default()
        };
        Ok(ServiceUrl::parse(&self.endpoint, rules)?)
    }

    /// Returns the resource: the attributes of this process.
    pub(crate) fn resource(&self) -> Resource {
        let attributes = self.resource.iter().cloned();
        Resource::builder_empty()
            .with_attributes(attributes.map(|(key, value)| KeyValue::new(key, value)))
            .with_service_name(self.service_name.clone())
            .build()
    }

    pub(crate) fn poster(&self) -> Result<Poster, TracerError> {
        let url = self.url()?;
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, PRODUCT);
        // Extra headers can replace the user agent, but not the type.
        for header in &self.headers {
            headers.insert(header.name.clone(), header.value.clone());
        }
        headers.insert(CONTENT_TYPE, PROTOBUF);
        Ok(Poster::new(
            url,
            headers,
            self.timeout,
            self.ca_file.as_deref(),
        )?)
    }
}

impl fmt::Debug for TracerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            endpoint,
            headers,
            ca_file,
            one_in,
            service_name,
            resource,
            queue,
            timeout,
        } = self;
        f.debug_struct("TracerOptions")
            .field("endpoint", &hyrouter_text::shown_address(endpoint))
            .field("headers", headers)
            .field("ca_file", ca_file)
            .field("one_in", one_in)
            .field("service_name", service_name)
            .field("resource", resource)
            .field("queue", queue)
            .field("timeout", timeout)
            .finish()
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
            "queue is 65537; allowed: 1 to 65536"
        );
        assert_eq!(
            check(&|options| options.with_queue(0)),
            "queue is 0; allowed: 1 to 65536"
        );
        assert_eq!(
            check(&|options| options.with_one_in(0)),
            "one_in is 0; allowed: 1 or more"
        );
        assert_eq!(
            check(&|options| options.with_service_name("")),
            "service_name is empty; allowed: any text"
        );
        for timeout in [Duration::ZERO, Duration::from_secs(61)] {
            let error = check(&|options| options.with_timeout(timeout));
            assert_eq!(
                error,
                format!("timeout is {timeout:?}; allowed: 1 ms to 1 minute")
            );
        }
    }

    #[test]
    fn the_path_is_appended_to_the_endpoint() {
        for (endpoint, url) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://[::1]:4318/", "http://[::1]:4318/v1/traces"),
            (
                "https://otlp.example/tenant/",
                "https://otlp.example/tenant/v1/traces",
            ),
        ] {
            assert_eq!(TracerOptions::new(endpoint).url().unwrap().to_string(), url);
        }
    }

    #[test]
    fn errors_of_an_endpoint_contain_no_password() {
        for (endpoint, problem) in [
            ("127.0.0.1:4318", "no scheme"),
            ("grpc://127.0.0.1:4317", "unknown scheme"),
            ("http://otlp.example/?key=hunter2", "query or fragment"),
            (
                "https://u:hunter2@otlp.example",
                "user name or password, which is not sent; allowed: https://",
            ),
        ] {
            let error = TracerOptions::new(endpoint)
                .check()
                .unwrap_err()
                .to_string();
            assert!(error.contains(problem), "{endpoint}: {error}");
            assert!(error.contains("https://host[:port]"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
            let printed = format!("{:?}", TracerOptions::new(endpoint));
            assert!(!printed.contains("hunter2"), "{printed}");
        }
    }
}
