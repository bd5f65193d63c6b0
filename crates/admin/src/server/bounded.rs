//! Bounds on the size of requests and responses.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::server::error_response::ErrorResponse;
use crate::server::limits::{HEADER, LARGE_RESPONSES, SMALL_RESPONSE};

/// Refuses a request whose header is longer than [`HEADER`]. hyper only refuses a header that does not fit in its
/// buffer, and one that arrives at once may be longer than this.
pub(crate) async fn request(request: Request, next: Next) -> Result<Response, ErrorResponse> {
    let uri = request.uri();
    let line = request.method().as_str().len()
        + uri.path_and_query().map_or(0, |path| path.as_str().len())
        + "  HTTP/1.1\r\n\r\n".len();
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    if line + fields.sum::<usize>() > HEADER {
        return Err(ErrorResponse::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            format!("the request header is longer than {HEADER} bytes"),
        ));
    }
    Ok(next.run(request).await)
}

/// Memory for large responses, in KiB.
#[derive(Clone)]
pub(crate) struct ResponseBudget(Arc<Semaphore>);

/// Size of the budget. Fits in a `u32`, the type of tokio's permits.
const KIB: usize = LARGE_RESPONSES / 1024;

impl Default for ResponseBudget {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(KIB)))
    }
}

/// Reserves memory for a large response until the client has read it. A response larger than the budget reserves all of
/// it.
pub(crate) async fn answer(State(budget): State<ResponseBudget>, response: Response) -> Response {
    let Some(len) = response.body().size_hint().exact() else {
        // The event stream has its own limits.
        return response;
    };
    if len <= SMALL_RESPONSE {
        return response;
    }
    let kib = usize::try_from(len.div_ceil(1024)).unwrap_or(KIB).min(KIB);
    let kib = u32::try_from(kib).unwrap_or(u32::MAX);
    let Ok(permit) = budget.0.try_acquire_many_owned(kib) else {
        return over_budget();
    };
    let (head, body) = response.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => {
            // The bytes own the permit: hyper drops the body before the client has read it.
            let owned = Bytes::from_owner(Held {
                bytes,
                _permit: permit,
            });
            Response::from_parts(head, Body::from(owned))
        }
        Err(_) => over_budget(),
    }
}

fn over_budget() -> Response {
    let error = ErrorResponse::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "too many large responses in progress; request fewer decisions, or retry later",
    );
    let mut response = error.into_response();
    let soon = HeaderValue::from_static("1");
    response.headers_mut().insert(header::RETRY_AFTER, soon);
    response
}

struct Held {
    bytes: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
