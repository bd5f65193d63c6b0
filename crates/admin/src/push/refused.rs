//! Responses to refused requests.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use hyrouter_discovery::push::PushRefusal;
use serde::Serialize;

use crate::server::error_response::ErrorResponse;

/// Response to a refused request: `{"error": "..."}`.
#[derive(Debug)]
pub(crate) struct PushRefused {
    status: StatusCode,
    error: String,
    retry_after: Option<Duration>,
}

#[derive(Serialize)]
struct RefusedBody {
    error: String,
}

impl PushRefused {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            retry_after: None,
        }
    }

    /// Asks the client to wait before the next request.
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

impl From<PushRefusal> for PushRefused {
    fn from(refusal: PushRefusal) -> Self {
        let status = match &refusal {
            PushRefusal::NotReady => StatusCode::SERVICE_UNAVAILABLE,
            PushRefusal::OtherPrefix { .. } => StatusCode::FORBIDDEN,
            PushRefusal::NoLease { .. } => StatusCode::NOT_FOUND,
            PushRefusal::Full { .. } => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let refused = Self::new(status, refusal.to_string());
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return refused.retry_after(Duration::from_secs(1));
        }
        refused
    }
}

impl From<ErrorResponse> for PushRefused {
    fn from(response: ErrorResponse) -> Self {
        Self::new(response.status(), response.error())
    }
}

impl IntoResponse for PushRefused {
    fn into_response(self) -> Response {
        let body = RefusedBody { error: self.error };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs_f64().ceil().max(1.0);
            if let Ok(seconds) = HeaderValue::try_from(seconds.to_string()) {
                headers.insert(header::RETRY_AFTER, seconds);
            }
        }
        response
    }
}
