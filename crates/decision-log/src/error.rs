//! Errors of opening a sink.

use std::io;
use std::path::PathBuf;

use hyrouter_http_client::{ServiceUrlError, TrustError};

/// Error of opening a sink.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The file cannot be opened.
    #[error("cannot open {} to append decisions: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        error: io::Error,
    },
    /// The thread that writes cannot be started.
    #[error("cannot start a thread to write decisions: {0}")]
    Thread(#[source] io::Error),
    /// A number is out of its range.
    #[error("{key} is {value}; allowed: 1 to {most}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: usize,
        /// The maximum.
        most: usize,
    },
    /// The URL of the webhook cannot be used.
    #[error("{0}; a webhook is https://host[:port]/path or http://host[:port]/path")]
    Url(#[from] ServiceUrlError),
    /// The certificates that the receiver is trusted by cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
}
