//! Responses of a service, and errors of requests.

use std::error::Error;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::response::Parts;
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyrouter_text::Causes;

use crate::HttpClientError;
use crate::retry_after::retry_after;

/// Reason why a request has no response that can be used. Contains only the status and `Retry-After` of the response.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The response did not come in time.
    #[error("no response within {0:?}")]
    Timeout(Duration),
    /// The request failed.
    #[error("{}", Causes(.0))]
    Request(#[from] HttpClientError),
    /// The status is not the one that the request is for. Redirects are not followed.
    #[error("{}", status_problem(*.status))]
    Status {
        /// The status.
        status: StatusCode,
        /// `Retry-After`, as it was sent.
        retry_after: Option<HeaderValue>,
    },
    /// The body is longer than this number of bytes.
    #[error("the response has more than {0} bytes")]
    TooLong(usize),
    /// The connection ended within the body.
    #[error("the response is incomplete: {}", Causes(&**.0))]
    BrokenOff(Box<dyn Error + Send + Sync>),
}

impl RequestError {
    /// Returns the error of a response whose status is not the one that the request is for.
    pub fn of_status(head: &Parts) -> Self {
        Self::Status {
            status: head.status,
            retry_after: head.headers.get(RETRY_AFTER).cloned(),
        }
    }

    /// Returns the status of the response, if it is the problem.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Returns `Retry-After` of the response, if there was one.
    pub fn retry_after(&self) -> Option<&HeaderValue> {
        match self {
            Self::Status { retry_after, .. } => retry_after.as_ref(),
            _ => None,
        }
    }

    /// Returns the wait that the server asks for in `Retry-After`, as seconds or a date.
    pub fn asked_wait(&self, now: SystemTime) -> Option<Duration> {
        let asked = self.retry_after()?.to_str().ok()?;
        retry_after(asked, now)
    }
}

fn status_problem(status: StatusCode) -> String {
    if status.is_redirection() {
        format!(
            "redirects are not followed (got {}); configure the final URL",
            status.as_u16()
        )
    } else {
        format!("the response has status {status}")
    }
}

/// Reads the body of a response, at most `max` bytes.
///
/// # Errors
///
/// [`RequestError::TooLong`], or [`RequestError::BrokenOff`] if the connection ends before the body.
pub async fn read_body(body: Incoming, max: usize) -> Result<Bytes, RequestError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max {
        return Err(RequestError::TooLong(max));
    }
    match Limited::new(body, max).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(RequestError::TooLong(max)),
        Err(error) => Err(RequestError::BrokenOff(error)),
    }
}
