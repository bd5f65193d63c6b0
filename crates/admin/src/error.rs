//! Errors of commands, the server and its token.

use std::io;
use std::net::SocketAddr;

use hyrouter_files::FileError;

/// Reason why a command failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The command names something that does not exist: status 404.
    #[error("{0}")]
    Unknown(String),
    /// The command is not valid: status 422.
    #[error("{message}")]
    Invalid {
        /// Description of the error, in a sentence.
        message: String,
        /// Each mistake by itself, with its key.
        mistakes: Vec<String>,
    },
    /// The command is valid, but cannot be done: status 409.
    #[error("{message}")]
    Failed {
        /// Description of the failure, in a sentence.
        message: String,
        /// Each mistake by itself.
        mistakes: Vec<String>,
    },
}

impl CommandError {
    /// Returns [`Failed`](Self::Failed) with one reason.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed {
            message: message.into(),
            mistakes: Vec::new(),
        }
    }
}

/// Reason why the admin server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// Other machines can reach the address, and there is no token.
    #[error(
        "{listen} is reachable from other machines and needs a token; without a token use 127.0.0.1 or [::1]"
    )]
    NoToken {
        /// The requested address.
        listen: SocketAddr,
    },
    /// The listener cannot be bound to the address.
    #[error("cannot listen on TCP {listen}: {source}")]
    Bind {
        /// The requested address.
        listen: SocketAddr,
        /// The error of the system.
        source: io::Error,
    },
}

/// Reason why a text is not a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminTokenError {
    /// The token is too short, so that it could be guessed.
    #[error("the token has {length} bytes and needs at least {least}")]
    Short {
        /// Its length in bytes, without white space around it.
        length: usize,
        /// Minimum length in bytes.
        least: usize,
    },
    /// The token is too long.
    #[error("the token is longer than {most} bytes")]
    Long {
        /// Maximum length in bytes.
        most: usize,
    },
    /// The token has a character that is not printable ASCII.
    #[error("the token may have printable ASCII alone, and no white space within")]
    Characters,
    /// Its file cannot be read. The error names the file.
    #[error("{0}")]
    Read(FileError),
}

impl From<FileError> for AdminTokenError {
    fn from(error: FileError) -> Self {
        Self::Read(error)
    }
}
