//! One URL that bodies are posted to.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::Full;
use tokio::time::timeout;

use crate::{HttpClient, HttpClientOptions, RequestError, ServiceUrl, TrustError, read_body};

/// Maximum length of the body of a response in bytes.
const MAX_BODY: usize = 64 * 1024;
/// Maximum time from the head of a response to the end of its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(1);
/// Time that a connection is kept for the next body: less than most servers keep it.
const IDLE: Duration = Duration::from_secs(20);

/// Posts bodies to one URL, one request at a time over a connection that is kept for 20 seconds.
#[derive(Debug)]
pub struct Poster {
    address: ServiceUrl,
    headers: HeaderMap,
    timeout: Duration,
    client: HttpClient<Full<Bytes>>,
}

impl Poster {
    /// Makes a poster that sends these headers with each request. `timeout` bounds a request, from its connection to the
    /// head of the response. Does not connect.
    ///
    /// # Errors
    ///
    /// Fails if the certificates that the service is trusted by cannot be used.
    pub fn new(
        address: ServiceUrl,
        headers: HeaderMap,
        timeout: Duration,
        ca_file: Option<&Path>,
    ) -> Result<Self, TrustError> {
        let client = HttpClientOptions {
            ca_file,
            connect_timeout: timeout,
            idle: Some(IDLE),
        }
        .client(&address)?;
        Ok(Self {
            address,
            headers,
            timeout,
            client,
        })
    }

    /// Returns scheme and host, for logs.
    pub fn origin(&self) -> &str {
        self.address.origin()
    }

    /// Posts a body. Returns the body of the response. If that is longer than 64 KiB, takes more than a second, or is
    /// incomplete, only the connection is lost, and the post has succeeded.
    ///
    /// # Errors
    ///
    /// Fails if there is no response in time, or its status is not 2xx.
    pub async fn post(&self, body: Bytes) -> Result<Option<Bytes>, RequestError> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.address.uri().clone();
        *request.headers_mut() = self.headers.clone();
        let Ok(response) = timeout(self.timeout, self.client.request(request)).await else {
            return Err(RequestError::Timeout(self.timeout));
        };
        let (head, body) = response?.into_parts();
        // Read whatever the status is, so that the connection can be used again.
        let whole = timeout(BODY_TIMEOUT, read_body(body, MAX_BODY)).await;
        if !head.status.is_success() {
            return Err(RequestError::of_status(&head));
        }
        Ok(whole.ok().and_then(Result::ok))
    }
}
