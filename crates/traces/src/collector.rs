//! HTTP client that the exporter posts with.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{Request, Response};
use hyrouter_http_client::{Poster, RequestError};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;

/// Posts the bodies that an exporter makes.
///
/// URL and headers are those of the poster. The exporter's own are ignored, because it also takes headers from the
/// environment (`OTEL_EXPORTER_OTLP_HEADERS`).
#[derive(Debug)]
pub(crate) struct CollectorClient {
    poster: Poster,
    last: Mutex<LastResponse>,
}

/// Parts of the last response that the exporter does not return.
#[derive(Debug, Default)]
pub(crate) struct LastResponse {
    /// Number of spans that the collector rejected.
    pub(crate) rejected: u64,
    /// Error of the request.
    pub(crate) error: Option<RequestError>,
}

impl CollectorClient {
    pub(crate) fn new(poster: Poster) -> Self {
        Self {
            poster,
            last: Mutex::default(),
        }
    }

    /// Returns scheme and host of the collector, for logs.
    pub(crate) fn origin(&self) -> &str {
        self.poster.origin()
    }

    pub(crate) fn take_last(&self) -> LastResponse {
        mem::take(&mut *self.last())
    }

    fn last(&self) -> MutexGuard<'_, LastResponse> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl HttpClient for CollectorClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (response, last) = match self.poster.post(request.into_body()).await {
            Ok(body) => {
                let last = LastResponse {
                    rejected: rejected_spans(body.unwrap_or_default()),
                    error: None,
                };
                // Without the body, which the exporter would log itself.
                (Ok(Response::new(Bytes::new())), last)
            }
            Err(error) => {
                let response = refusal(&error);
                let error = Some(error);
                (response, LastResponse { rejected: 0, error })
            }
        };
        *self.last() = last;
        response
    }
}

/// Returns a response with the parts that the exporter reads: the status, and when to try again.
fn refusal(error: &RequestError) -> Result<Response<Bytes>, HttpError> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = error.status().ok_or("no response")?;
    if let Some(retry_after) = error.retry_after() {
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, retry_after.clone());
    }
    Ok(response)
}

/// Returns the number of rejected spans in the body of a response, 0 if it is not a message of OTLP.
fn rejected_spans(body: Bytes) -> u64 {
    let response = ExportTraceServiceResponse::decode(body).unwrap_or_default();
    let rejected = response.partial_success.unwrap_or_default().rejected_spans;
    u64::try_from(rejected).unwrap_or(0)
}
