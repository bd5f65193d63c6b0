//! One request to a collector.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyrouter_http_client::{HttpClient, HttpClientError, HttpClientOptions, ServiceUrl};
use hyrouter_text::Causes;
use prost::Message as _;
use tokio::time::timeout;

use crate::backoff::retry_after;
use crate::otlp::Response;
use crate::{OtlpSettings, TelemetryError, endpoint};

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
    address: ServiceUrl,
    headers: HeaderMap,
    timeout: Duration,
    client: HttpClient<Full<Bytes>>,
}

/// Why a batch was not taken. Says nothing of what was answered but the status.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    #[error("{}", Causes(.0))]
    Request(#[from] HttpClientError),
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
        let address = endpoint::parse(&settings.endpoint)?;
        let client = HttpClientOptions {
            ca_file: settings.ca_file.as_deref(),
            connect_timeout: settings.timeout,
            idle: Some(IDLE),
        }
        .client(&address)?;
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, PRODUCT);
        for header in &settings.headers {
            headers.insert(header.name.clone(), header.value.clone());
        }
        headers.insert(CONTENT_TYPE, PROTOBUF);
        Ok(Self {
            address,
            headers,
            timeout: settings.timeout,
            client,
        })
    }

    /// Scheme and host.
    pub(crate) fn origin(&self) -> String {
        self.address.origin()
    }

    /// Sends a batch. Says how many of its spans were refused all the same.
    pub(crate) async fn post(&self, body: Bytes) -> Result<u64, PostError> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.address.uri().clone();
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
