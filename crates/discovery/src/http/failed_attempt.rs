//! Failures of one attempt.

use std::time::{Duration, SystemTime};

use hyrouter_http_client::RequestError;

/// A failed attempt.
#[derive(Debug)]
pub(super) struct FailedAttempt {
    pub(super) problem: String,
    /// Wait that the server asks for.
    pub(super) asked: Option<Duration>,
}

impl From<String> for FailedAttempt {
    fn from(problem: String) -> Self {
        Self {
            problem,
            asked: None,
        }
    }
}

impl From<&str> for FailedAttempt {
    fn from(problem: &str) -> Self {
        problem.to_owned().into()
    }
}

impl From<RequestError> for FailedAttempt {
    fn from(error: RequestError) -> Self {
        let status = error.status().map(|status| status.as_u16());
        let may_ask = matches!(status, Some(429 | 503));
        let asked = may_ask.then(|| error.asked_wait(SystemTime::now()));
        Self {
            problem: error.to_string(),
            asked: asked.flatten(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};

    use super::super::RETRY;
    use super::*;

    fn asked(status: StatusCode) -> Option<Duration> {
        let error = RequestError::Status {
            status,
            retry_after: Some(HeaderValue::from_static("3600")),
        };
        FailedAttempt::from(error).asked
    }

    #[test]
    fn a_busy_server_can_ask_for_at_most_five_minutes() {
        for status in [
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::SERVICE_UNAVAILABLE,
        ] {
            let asked = asked(status);
            assert_eq!(asked, Some(Duration::from_hours(1)));
            assert_eq!(RETRY.wait(1, asked), Some(Duration::from_mins(5)));
        }
        assert_eq!(asked(StatusCode::INTERNAL_SERVER_ERROR), None);
        assert_eq!(asked(StatusCode::MOVED_PERMANENTLY), None);
    }
}
