//! Failures of requests to an API server.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use hyper_util::client::legacy::Error as ClientError;
use hyrouter_text::{Causes, shown};
use serde::Deserialize;

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// Status of the response, or of an error inside a watch; none without a response.
    pub(crate) code: Option<u16>,
    /// The reason, in one line.
    pub(crate) text: String,
    /// Wait that the server asks for.
    pub(crate) retry_after: Option<Duration>,
    /// `true` if the request was certainly not sent.
    pub(crate) is_unsent: bool,
}

/// The object that describes an error. Only the text is used.
#[derive(Deserialize)]
struct ErrorBody {
    message: String,
}

impl ApiError {
    /// Creates an error without a response.
    pub(crate) fn new(text: impl fmt::Display) -> Self {
        Self {
            code: None,
            text: shown(text).to_string(),
            retry_after: None,
            is_unsent: false,
        }
    }

    /// Creates the error of a response that is no success. Bodies of 429 and 503 are often plain text.
    pub(crate) fn of_response(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| {
            let seconds = value.to_str().ok()?.trim().parse().ok()?;
            Some(Duration::from_secs(seconds))
        });
        let text = match serde_json::from_slice::<ErrorBody>(body) {
            Ok(body) => body.message,
            Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
        };
        Self {
            retry_after,
            ..Self::of_code(status.as_u16(), &text)
        }
    }

    /// Creates the error of a status code and the server's text.
    pub(crate) fn of_code(code: u16, text: &str) -> Self {
        let separator = if text.is_empty() { "" } else { ": " };
        Self {
            code: Some(code),
            ..Self::new(format_args!("HTTP status {code}{separator}{text}"))
        }
    }

    /// Creates the error of a request without a response. Texts of programs and files that hold tokens are left out.
    pub(crate) fn of_request(error: &kube::Error) -> Self {
        use kube::client::AuthError;
        match error {
            kube::Error::Auth(auth) => Self::of_auth(auth),
            kube::Error::Service(cause) => {
                if let Some(auth) = cause.downcast_ref::<AuthError>() {
                    return Self::of_auth(auth);
                }
                let sending = cause.downcast_ref::<ClientError>();
                let text = Causes(cause.as_ref());
                Self {
                    is_unsent: sending.is_some_and(ClientError::is_connect),
                    ..Self::new(format_args!("the API server cannot be reached: {text}"))
                }
            }
            error => Self::new(Causes(error)),
        }
    }

    /// Marks an error of what comes before a request, such as its credentials.
    pub(crate) fn before_sending(self) -> Self {
        Self {
            is_unsent: true,
            ..self
        }
    }

    fn of_auth(error: &kube::client::AuthError) -> Self {
        use kube::client::AuthError;
        let error = match error {
            AuthError::AuthExecRun { cmd, out } => Self::new(format_args!(
                "the command {cmd:?} of the kubeconfig failed: {}",
                out.status
            )),
            AuthError::AuthExecParse(_) => {
                Self::new("the command of the kubeconfig printed no ExecCredential")
            }
            error => Self::new(Causes(error)),
        };
        error.before_sending()
    }

    /// Returns whether the version that a request named is too old. A new list is the way on.
    pub(crate) fn is_expired(&self) -> bool {
        self.code == Some(StatusCode::GONE.as_u16())
    }

    /// Returns whether the server has no streaming lists.
    pub(crate) fn is_invalid(&self) -> bool {
        self.code == Some(StatusCode::UNPROCESSABLE_ENTITY.as_u16())
    }

    /// Returns whether the server refused the credentials.
    pub(crate) fn is_unauthorized(&self) -> bool {
        self.code == Some(StatusCode::UNAUTHORIZED.as_u16())
    }

    /// Returns whether the account lacks a right.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.code == Some(StatusCode::FORBIDDEN.as_u16())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
