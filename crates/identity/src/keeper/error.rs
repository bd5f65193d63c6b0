//! Errors of a keeper and of a fetch.

use std::path::PathBuf;
use std::time::Duration;

use hyrouter_files::FileProblem;
use hyrouter_http_client::{RequestError, TrustError};

use crate::KeySetError;

/// A keeper cannot be made, or its keys cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeeperError {
    /// A duration is out of its range.
    #[error("{key} is {value:?}; allowed: {least} ms to 7 days")]
    Setting {
        /// Name of the setting.
        key: &'static str,
        /// Value of the setting.
        value: Duration,
        /// Minimum in milliseconds.
        least: u64,
    },
    /// The certificates that the service is trusted by cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
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

/// A fetch returned no keys. Holds nothing of the response.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error("{0}")]
    Read(#[from] FileProblem),
    #[error(transparent)]
    Keys(#[from] KeySetError),
}
