//! Failures of an engine.

use std::time::Duration;

use http::StatusCode;
use hyrouter_http_client::{RequestError, TrustError};
use hyrouter_text::Causes;

/// A failure of an engine. Texts of the engine in it are not escaped yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum EngineError {
    /// There is no connection.
    #[error("{address}: {problem}")]
    Connect { address: String, problem: String },
    /// The files for TLS cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The response did not come in time.
    #[error("no response to GET {path} within {limit:?}")]
    Timeout { path: String, limit: Duration },
    /// The connection failed within a request.
    #[error("GET {path} failed: {}", Causes(.source))]
    Request { path: String, source: hyper::Error },
    /// The request was refused.
    #[error("GET {path} got status {status}{}", said(.message))]
    Status {
        path: String,
        status: StatusCode,
        message: String,
    },
    /// The body is too long or broken off.
    #[error("GET {path}: {source}")]
    Body { path: String, source: RequestError },
    /// The body is not what the API describes.
    #[error("GET {path}: the response is not understood: {source}")]
    Foreign {
        path: String,
        source: serde_json::Error,
    },
    /// The engine ended the stream of events.
    #[error("the engine closed the stream of events")]
    EventsEnded,
}

fn said(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}
