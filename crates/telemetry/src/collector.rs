//! One request to a collector.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use prost::Message as _;
use tokio::time::timeout;

use crate::backoff::retry_after;
use crate::causes::Causes;
use crate::otlp::Response;
use crate::{OtlpSettings, TelemetryError, endpoint, tls};

/// Longest head of an answer in bytes.
const MAX_HEAD: usize = 64 * 1024;
/// Longest body of an answer that is read, in bytes. It says how many spans were refused, in a few.
const MAX_BODY: usize = 64 * 1024;
/// How long the body may take once the head is there.
const BODY: Duration = Duration::from_secs(1);
/// How long a connection is kept for the next batch: less than most servers do.
const IDLE: Duration = Duration::from_secs(20);

const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("hyrouter-telemetry/", env!("CARGO_PKG_VERSION")));
const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");

pub(crate) struct Collector {
    uri: Uri,
    headers: HeaderMap,
    timeout: Duration,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// Why a batch was not taken. Says nothing of what was answered but the status.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    #[error("{}", Causes(.0))]
    Request(#[from] hyper_util::client::legacy::Error),
    #[error("the answer is {status}")]
    Status {
        status: StatusCode,
        retry_after: Option<Duration>,
    },
}

impl PostError {
    /// Whether the same batch may be taken another time. The list is that of OTLP.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Timeout(_) | Self::Request(_) => true,
            Self::Status { status, .. } => matches!(status.as_u16(), 429 | 502 | 503 | 504),
        }
    }

    /// How long the collector asks to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl Collector {
    pub(crate) fn new(settings: &OtlpSettings) -> Result<Self, TelemetryError> {
        let uri = endpoint::parse(&settings.endpoint)?;
        let is_https = endpoint::is_https(&uri);
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Shared by the addresses of a name, so that a dead one does not use up the time of a living one.
        tcp.set_connect_timeout(Some(settings.timeout));
        let config = tls::config(is_https, settings.ca_file.as_deref())?;
        let schemes = HttpsConnectorBuilder::new().with_tls_config(config);
        let schemes = if is_https {
            schemes.https_only()
        } else {
            schemes.https_or_http()
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE)
            .http1_max_buf_size(MAX_HEAD)
            .build(schemes.enable_http1().wrap_connector(tcp));
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, PRODUCT);
        for header in &settings.headers {
            headers.insert(header.name.clone(), header.value.clone());
        }
        headers.insert(CONTENT_TYPE, PROTOBUF);
        Ok(Self {
            uri,
            headers,
            timeout: settings.timeout,
            client,
        })
    }

    /// Scheme and host. A path may hold a key.
    pub(crate) fn place(&self) -> String {
        let scheme = self.uri.scheme_str().unwrap_or_default();
        let authority = self
            .uri
            .authority()
            .map_or("", http::uri::Authority::as_str);
        format!("{scheme}://{authority}")
    }

    /// Sends a batch. Says how many of its spans were refused all the same.
    pub(crate) async fn post(&self, body: Bytes) -> Result<u64, PostError> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let Ok(response) = timeout(self.timeout, self.client.request(request)).await else {
            return Err(PostError::Timeout(self.timeout));
        };
        let (head, body) = response?.into_parts();
        let body = read(body).await;
        if head.status.is_success() {
            return Ok(body.map_or(0, refused));
        }
        let asked = head.headers.get(RETRY_AFTER);
        Err(PostError::Status {
            status: head.status,
            retry_after: asked.and_then(|asked| retry_after(asked.to_str().ok()?)),
        })
    }
}

/// The body, unless it is too long, slow, or broken.
async fn read(body: Incoming) -> Option<Bytes> {
    let whole = Limited::new(body, MAX_BODY).collect();
    Some(timeout(BODY, whole).await.ok()?.ok()?.to_bytes())
}

/// What is no message of OTLP refuses nothing.
fn refused(body: Bytes) -> u64 {
    let response = Response::decode(body).unwrap_or_default();
    let refused = response.partial_success.unwrap_or_default().rejected_spans;
    u64::try_from(refused).unwrap_or(0)
}
