//! Error responses.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::error::CommandError;

/// Response to a failed request.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    status: StatusCode,
    error: String,
    mistakes: Vec<String>,
}

#[derive(Serialize)]
struct Body {
    error: String,
    mistakes: Vec<String>,
}

impl ErrorResponse {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            mistakes: Vec::new(),
        }
    }

    #[cfg(feature = "push")]
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the text for the log.
    pub(crate) fn error(&self) -> &str {
        &self.error
    }
}

impl From<CommandError> for ErrorResponse {
    fn from(error: CommandError) -> Self {
        let (status, mistakes) = match &error {
            CommandError::Unknown(_) => (StatusCode::NOT_FOUND, Vec::new()),
            CommandError::Invalid { mistakes, .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, mistakes.clone())
            }
            CommandError::Failed { mistakes, .. } => (StatusCode::CONFLICT, mistakes.clone()),
        };
        Self {
            status,
            error: error.to_string(),
            mistakes,
        }
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let body = Body {
            error: self.error,
            mistakes: self.mistakes,
        };
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Returns a response with an empty JSON object.
pub(crate) fn nothing(status: StatusCode) -> Response {
    (status, Json(serde_json::Map::new())).into_response()
}

/// Responds to an unknown path.
pub(crate) async fn unknown() -> ErrorResponse {
    ErrorResponse::new(StatusCode::NOT_FOUND, "unknown path")
}

/// Responds to a known path with another method.
pub(crate) async fn wrong_method() -> ErrorResponse {
    ErrorResponse::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path does not allow this method",
    )
}
