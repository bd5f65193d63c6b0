//! A document of an HTTP server.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::Empty;
use hyrouter_files::watch::FileSet;
use hyrouter_http_client::{
    BearerToken, HttpClient, HttpClientOptions, RequestError, ServiceUrl, UrlRules, read_body,
};
use tokio::time::timeout;

use super::content_type::DocumentText;
use super::failed_attempt::FailedAttempt;
use crate::{HttpSettings, ProviderError};

const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("hyrouter-discovery/", env!("CARGO_PKG_VERSION")));
const TYPES: HeaderValue = HeaderValue::from_static("application/json, application/yaml;q=0.9");
const IDENTITY: HeaderValue = HeaderValue::from_static("identity");
/// Maximum length of an `ETag` that is sent back, in bytes. A longer one is ignored.
const MAX_ETAG: usize = 1024;

/// A client of the server.
pub(super) type DocumentClient = HttpClient<Empty<Bytes>>;

/// A document of an HTTP server, and what its requests need.
#[derive(Debug, Clone)]
pub(super) struct RemoteDocument {
    url: ServiceUrl,
    timeout: Duration,
    max_bytes: usize,
    token_file: Option<PathBuf>,
    token: Option<BearerToken>,
    ca_file: Option<PathBuf>,
    /// The client, and the fingerprint that `ca_file` had when it was made.
    client: Option<(DocumentClient, FileSet)>,
}

/// A response.
pub(super) enum Fetched {
    /// The document is as it was before.
    NotModified,
    Whole {
        etag: Option<HeaderValue>,
        text: DocumentText,
    },
}

impl RemoteDocument {
    /// Checks the URL. Reads no file.
    pub(super) fn new(settings: &HttpSettings) -> Result<Self, ProviderError> {
        let rules = UrlRules {
            secret: settings.token_file.is_some().then_some("the token"),
            credentials: Some("token_file"),
            ..UrlRules::default()
        };
        let url = ServiceUrl::parse(&settings.url, rules);
        let url = url.map_err(|error| ProviderError::Setting {
            key: "url",
            problem: error.to_string(),
        })?;
        Ok(Self {
            url,
            timeout: settings.timeout,
            max_bytes: settings.max_bytes,
            token_file: settings.token_file.clone(),
            token: None,
            ca_file: settings.ca_file.clone(),
            client: None,
        })
    }

    pub(super) fn url(&self) -> &ServiceUrl {
        &self.url
    }

    /// Reads the token, and the certificates if their file has changed. Returns the client for the next request.
    pub(super) fn prepare(&mut self) -> Result<DocumentClient, String> {
        let token = self.token_file.as_deref().map(BearerToken::read);
        let token = token.transpose();
        self.token = token.map_err(|error| format!("token_file: {error}"))?;
        let trusted = FileSet::at(self.ca_file.clone());
        if let Some((client, made_with)) = &self.client
            && *made_with == trusted
        {
            return Ok(client.clone());
        }
        let options = HttpClientOptions {
            ca_file: self.ca_file.as_deref(),
            connect_timeout: self.timeout,
            idle: None,
        };
        let client = options
            .client(&self.url)
            .map_err(|error| error.to_string())?;
        self.client = Some((client.clone(), trusted));
        Ok(client)
    }

    /// Requests the document, unless it is the one of this `ETag`.
    pub(super) async fn fetch(
        &self,
        client: &DocumentClient,
        etag: Option<&HeaderValue>,
    ) -> Result<Fetched, FailedAttempt> {
        let exchange = timeout(self.timeout, self.exchange(client, etag));
        let Ok(fetched) = exchange.await else {
            return Err(RequestError::Timeout(self.timeout).into());
        };
        fetched
    }

    async fn exchange(
        &self,
        client: &DocumentClient,
        etag: Option<&HeaderValue>,
    ) -> Result<Fetched, FailedAttempt> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = self.url.uri().clone();
        *request.headers_mut() = self.headers(etag);
        let response = client.request(request).await;
        let (head, body) = response.map_err(RequestError::from)?.into_parts();
        match head.status {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if etag.is_some() => return Ok(Fetched::NotModified),
            StatusCode::NOT_MODIFIED => {
                return Err("the response has status 304, but no ETag was sent".into());
            }
            _ => return Err(RequestError::of_status(&head).into()),
        }
        if let Some(encoding) = head.headers.get(CONTENT_ENCODING)
            && encoding != IDENTITY
        {
            return Err("the response is compressed, which was not asked for".into());
        }
        let bytes = read_body(body, self.max_bytes).await?;
        let content_type = head.headers.get(CONTENT_TYPE);
        let etag = head.headers.get(ETAG);
        Ok(Fetched::Whole {
            etag: etag.filter(|etag| etag.len() <= MAX_ETAG).cloned(),
            text: DocumentText::new(bytes, content_type, self.url.uri().path()),
        })
    }

    fn headers(&self, etag: Option<&HeaderValue>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, PRODUCT);
        headers.insert(ACCEPT, TYPES);
        headers.insert(ACCEPT_ENCODING, IDENTITY);
        if let Some(etag) = etag {
            headers.insert(IF_NONE_MATCH, etag.clone());
        }
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, token.to_header());
        }
        headers
    }
}
