//! Why there is no keeper, and why there are no keys.

use std::path::PathBuf;
use std::time::Duration;

use hyrouter_files::FileProblem;
use hyrouter_outgoing::{Causes, ClientError, TrustError};

use super::MAX_JWKS;
use crate::KeySetError;

/// A keeper can not be made, or its file can not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeeperError {
    /// A duration is out of its range.
    #[error("{key} is {value:?}, allowed is {least} ms to 7 days")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What it says.
        value: Duration,
        /// The least that is allowed, in milliseconds.
        least: u64,
    },
    /// The certificates that a service is trusted by can not be read.
    #[error("ca_file: {}: {problem}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The system has no certificates, and none were named.
    #[error("the system has no certificates to check a server's with{problem}; set ca_file")]
    NoSystemRoots {
        /// What went wrong in reading them; empty if nothing did.
        problem: String,
    },
    /// TLS can not be spoken with the cryptography that is built in.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The keys can not be had now.
    #[error("{from}: {problem}")]
    Fetch {
        /// Where they are.
        from: String,
        /// What went wrong.
        problem: String,
    },
    /// The file with the keys can not be used.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
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

/// Why a try gave no keys. Says nothing of what was sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    #[error("{}", Causes(.0))]
    Request(#[from] ClientError),
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
