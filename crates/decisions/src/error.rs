//! Why there is no sink.

use std::io;
use std::path::PathBuf;

use hyrouter_outgoing::{Causes, TrustError};

/// A sink can not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The file can not be opened.
    #[error("{} can not be opened to append decisions to: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The thread that writes can not be started.
    #[error("no thread to write decisions with: {0}")]
    Thread(#[source] io::Error),
    /// A number is out of its range.
    #[error("{key} is {value}, allowed is 1 to {most}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What it says.
        value: usize,
        /// The most that is allowed.
        most: usize,
    },
    /// The URL of the webhook is none.
    #[error("{url:?} {problem}; a webhook is https://host[:port]/path or http://host[:port]/path")]
    Url {
        /// The URL, without what may be a password.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The token can not be read from its file, or can not be sent. Nothing of it is said here.
    #[error("the token of the webhook{}: {problem}", in_file(.path.as_ref()))]
    Token {
        /// The file, where it came from one.
        path: Option<PathBuf>,
        /// What is wrong with it.
        problem: String,
    },
    /// The certificates that the receiver is trusted by can not be read.
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

impl From<TrustError> for SinkError {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::CaFile { path, problem } => Self::CaFile { path, problem },
            TrustError::NoSystemRoots { problem } => Self::NoSystemRoots { problem },
            TrustError::Tls(error) => Self::Tls(error),
        }
    }
}

fn in_file(path: Option<&PathBuf>) -> String {
    path.map(|path| format!(" in {}", path.display()))
        .unwrap_or_default()
}
