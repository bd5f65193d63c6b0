//! Errors of a keeper and of a fetch.

use std::path::PathBuf;
use std::time::Duration;

use hyrouter_files::FileProblem;
use hyrouter_http_client::{HttpClientError, TrustError};
use hyrouter_text::Causes;

use super::MAX_JWKS;
use crate::KeySetError;

/// A keeper cannot be made, or its keys cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeeperError {
    /// A duration is out of its range.
    #[error("{key} is {value:?}, allowed is {least} ms to 7 days")]
    Setting {
        /// Name of the setting.
        key: &'static str,
        /// Value of the setting.
        value: Duration,
        /// Minimum in milliseconds.
        least: u64,
    },
    /// The file with trusted certificates cannot be read.
    #[error("ca_file: {}: {problem}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Problem with the file.
        problem: String,
    },
    /// The system has no certificates, and none were named.
    #[error("the system has no certificates to check a server's with{problem}; set ca_file")]
    NoSystemRoots {
        /// Error in reading them; empty if there was none.
        problem: String,
    },
    /// TLS cannot be set up with the built-in cryptography.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The keys cannot be fetched.
    #[error("{from}: {problem}")]
    Fetch {
        /// Source of the keys.
        from: String,
        /// Error of the fetch.
        problem: String,
    },
    /// The file with the keys cannot be used.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Problem with the file.
        problem: String,
    },
}

impl From<TrustError> for KeeperError {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::CaFile { path, problem } => Self::CaFile { path, problem },
            TrustError::NoSystemRoots { problem } => Self::NoSystemRoots { problem },
            TrustError::Tls(error) => Self::Tls(error),
        }
    }
}

/// A fetch returned no keys. Holds nothing of the response.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    #[error("{}", Causes(.0))]
    Request(#[from] HttpClientError),
    #[error("the answer breaks off: {}", Causes(.0))]
    Body(#[from] hyper::Error),
    #[error("the answer is {0}, a redirect; these are not followed, name the place itself")]
    Redirect(hyper::StatusCode),
    #[error("the answer is {0}")]
    Status(hyper::StatusCode),
    #[error("more than {MAX_JWKS} bytes")]
    TooLong,
    #[error("{0}")]
    Read(#[from] FileProblem),
    #[error(transparent)]
    Keys(#[from] KeySetError),
}
