//! Keys from a service.

use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, HeaderValue, USER_AGENT};
use hyper::{Request, StatusCode};
use hyrouter_http_client::{HttpClient, HttpClientOptions, RequestError, ServiceUrl, read_body};
use tokio::time::timeout;

use super::{KeeperError, KeeperSettings, MAX_JWKS};

const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("hyrouter-identity/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Service that is requested at each fetch, over a new connection.
pub(super) struct KeyService {
    url: ServiceUrl,
    timeout: Duration,
    client: HttpClient<Empty<Bytes>>,
}

impl KeyService {
    pub(super) fn new(url: &ServiceUrl, settings: &KeeperSettings) -> Result<Self, KeeperError> {
        let client = HttpClientOptions {
            ca_file: settings.ca_file.as_deref(),
            connect_timeout: settings.timeout,
            idle: None,
        }
        .client(url)?;
        Ok(Self {
            url: url.clone(),
            timeout: settings.timeout,
            client,
        })
    }

    pub(super) fn url(&self) -> &ServiceUrl {
        &self.url
    }

    pub(super) async fn fetch(&self) -> Result<Vec<u8>, RequestError> {
        timeout(self.timeout, self.exchange())
            .await
            .unwrap_or(Err(RequestError::Timeout(self.timeout)))
    }

    async fn exchange(&self) -> Result<Vec<u8>, RequestError> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = self.url.uri().clone();
        request.headers_mut().insert(USER_AGENT, PRODUCT);
        request.headers_mut().insert(ACCEPT, JSON);
        let (head, body) = self.client.request(request).await?.into_parts();
        if head.status != StatusCode::OK {
            return Err(RequestError::of_status(&head));
        }
        Ok(read_body(body, MAX_JWKS).await?.into())
    }
}
