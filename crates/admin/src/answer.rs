//! Answers that say no.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::error::CommandError;

/// A request that is not done, and why.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: String,
    mistakes: Vec<String>,
}

#[derive(Serialize)]
struct Body {
    error: String,
    mistakes: Vec<String>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            mistakes: Vec::new(),
        }
    }

    /// What goes into the log.
    pub(crate) fn error(&self) -> &str {
        &self.error
    }
}

impl From<CommandError> for Refusal {
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

impl IntoResponse for Refusal {
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

/// An answer without content, which is JSON nevertheless.
pub(crate) fn nothing(status: StatusCode) -> Response {
    (status, Json(serde_json::Map::new())).into_response()
}

/// What is asked for is not there.
pub(crate) async fn unknown() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "there is nothing of this name")
}

/// It is there, and can not be asked for in this way.
pub(crate) async fn wrong_method() -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this can not be asked for by this method",
    )
}
