//! Why there is no tracer.

use std::path::PathBuf;

use hyrouter_outgoing::{Causes, TrustError};

/// A tracer can not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// The endpoint is none.
    #[error(
        "endpoint: {url:?} {problem}; allowed is https://host[:port][/path] or http://host[:port][/path]"
    )]
    Endpoint {
        /// What it says, without what may be a password.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A setting is out of its range.
    #[error("{key} is {value}, allowed is {allowed}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What it says.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A header can not be sent. Nothing of its value is said here.
    #[error("headers: {name:?}: {problem}")]
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The certificates that the collector is trusted by can not be read.
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
    #[error("TLS: {}", Causes(.0))]
    Tls(#[from] rustls::Error),
}

impl From<TrustError> for TelemetryError {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::CaFile { path, problem } => Self::CaFile { path, problem },
            TrustError::NoSystemRoots { problem } => Self::NoSystemRoots { problem },
            TrustError::Tls(error) => Self::Tls(error),
        }
    }
}
