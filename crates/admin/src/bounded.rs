//! Requests and answers of a bounded size.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::answer::Refusal;
use crate::limits::{HEADER, LARGE_ANSWERS, SMALL_ANSWER};

/// Refuses a request whose header is longer than [`HEADER`]. hyper refuses one that does not come whole within its buffer,
/// but takes more than that if it comes in one piece.
pub(crate) async fn request(request: Request, next: Next) -> Result<Response, Refusal> {
    let uri = request.uri();
    let line = request.method().as_str().len()
        + uri.path_and_query().map_or(0, |path| path.as_str().len())
        + "  HTTP/1.1\r\n\r\n".len();
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    if line + fields.sum::<usize>() > HEADER {
        return Err(Refusal::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            format!("the header has more than {HEADER} bytes"),
        ));
    }
    Ok(next.run(request).await)
}

/// Room for large answers, in KiB.
#[derive(Clone)]
pub(crate) struct Room(Arc<Semaphore>);

/// As many as fit into a `u32`, in which tokio counts places.
const KIB: usize = LARGE_ANSWERS / 1024;

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(KIB)))
    }
}

/// Gives a large answer its room until the caller has read it. An answer of more than the whole room is alone in it.
pub(crate) async fn answer(State(room): State<Room>, response: Response) -> Response {
    let Some(len) = response.body().size_hint().exact() else {
        // A stream of events has bounds of its own.
        return response;
    };
    if len <= SMALL_ANSWER {
        return response;
    }
    let kib = usize::try_from(len.div_ceil(1024)).unwrap_or(KIB).min(KIB);
    let kib = u32::try_from(kib).unwrap_or(u32::MAX);
    let Ok(place) = room.0.try_acquire_many_owned(kib) else {
        return no_room();
    };
    let (head, body) = response.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => {
            // Whoever holds a part of it holds the room: hyper drops a body before the caller has read it.
            let owned = Bytes::from_owner(Held {
                bytes,
                _place: place,
            });
            Response::from_parts(head, Body::from(owned))
        }
        Err(_) => no_room(),
    }
}

fn no_room() -> Response {
    let refusal = Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "too many large answers are under way; ask for fewer decisions, or later",
    );
    let mut response = refusal.into_response();
    let soon = HeaderValue::from_static("1");
    response.headers_mut().insert(header::RETRY_AFTER, soon);
    response
}

struct Held {
    bytes: Bytes,
    _place: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
