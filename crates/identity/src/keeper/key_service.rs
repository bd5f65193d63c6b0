//! Keys from a service.

use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body as _, Bytes};
use hyper::header::{ACCEPT, HeaderValue, USER_AGENT};
use hyper::{Request, StatusCode};
use hyrouter_http_client::{HttpClient, HttpClientOptions, ServiceUrl};
use tokio::time::timeout;

use super::error::FetchError;
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

    pub(super) async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        timeout(self.timeout, self.exchange())
            .await
            .unwrap_or(Err(FetchError::Timeout(self.timeout)))
    }

    async fn exchange(&self) -> Result<Vec<u8>, FetchError> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = self.url.uri().clone();
        request.headers_mut().insert(USER_AGENT, PRODUCT);
        request.headers_mut().insert(ACCEPT, JSON);
        let response = self.client.request(request).await?;
        match response.status() {
            StatusCode::OK => {}
            status if status.is_redirection() => return Err(FetchError::Redirect(status)),
            status => return Err(FetchError::Status(status)),
        }
        let mut body = response.into_body();
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > MAX_JWKS {
            return Err(FetchError::TooLong);
        }
        let mut read = Vec::with_capacity(announced);
        while let Some(frame) = body.frame().await {
            let data = frame?.into_data().unwrap_or_default();
            if data.len() > MAX_JWKS.saturating_sub(read.len()) {
                return Err(FetchError::TooLong);
            }
            read.extend_from_slice(&data);
        }
        Ok(read)
    }
}
