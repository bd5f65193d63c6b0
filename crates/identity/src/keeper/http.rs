//! Keys of a service.

use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body as _, Bytes};
use hyper::header::{ACCEPT, HeaderValue, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use super::error::FetchError;
use super::source::JwksUrl;
use super::{KeeperError, KeeperSettings, MAX_JWKS, tls};

/// Longest head of an answer in bytes. One that ends in the last piece that is read may have up to twice as many.
const MAX_HEAD: usize = 64 * 1024;

const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("hyrouter-identity/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A service that is asked again and again, over a new connection each time.
pub(super) struct KeyService {
    url: JwksUrl,
    timeout: Duration,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
}

impl KeyService {
    pub(super) fn new(url: &JwksUrl, settings: &KeeperSettings) -> Result<Self, KeeperError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        // Shared by the addresses of a name, so that a dead one does not use up the time of a living one.
        tcp.set_connect_timeout(Some(settings.timeout));
        let config = tls::config(url.is_https(), settings.ca_file.as_deref())?;
        let schemes = HttpsConnectorBuilder::new().with_tls_config(config);
        let schemes = if url.is_https() {
            schemes.https_only()
        } else {
            schemes.https_or_http()
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .http1_max_buf_size(MAX_HEAD)
            .build(schemes.enable_http1().wrap_connector(tcp));
        Ok(Self {
            url: url.clone(),
            timeout: settings.timeout,
            client,
        })
    }

    pub(super) fn url(&self) -> &JwksUrl {
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
