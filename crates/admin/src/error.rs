//! What can go wrong.

use std::io;
use std::net::SocketAddr;

use hyrouter_files::FileError;

/// Why a command was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// It names something that is not there: 404.
    #[error("{0}")]
    Unknown(String),
    /// It can not be understood: 422.
    #[error("{message}")]
    Invalid {
        /// What is wrong, in a sentence.
        message: String,
        /// Each mistake by itself, with the key it is at.
        mistakes: Vec<String>,
    },
    /// It was understood and could not be done: 409.
    #[error("{message}")]
    Failed {
        /// What went wrong, in a sentence.
        message: String,
        /// Each mistake by itself.
        mistakes: Vec<String>,
    },
}

impl CommandError {
    /// [`Failed`](Self::Failed), for one reason.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed {
            message: message.into(),
            mistakes: Vec::new(),
        }
    }
}

/// Why there is no admin listener.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// Whoever reaches the address could command the router.
    #[error(
        "{listen} is reachable from other machines and needs a token; without a token use 127.0.0.1 or [::1]"
    )]
    NoToken {
        /// The address as asked for.
        listen: SocketAddr,
    },
    /// The listener cannot be bound to the address.
    #[error("cannot listen on TCP {listen}: {source}")]
    Bind {
        /// The address as asked for.
        listen: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

/// Why a token is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminTokenError {
    /// It could be guessed.
    #[error("the token has {length} bytes and needs at least {least}")]
    Short {
        /// Its length in bytes, without white space around it.
        length: usize,
        /// The least length in bytes.
        least: usize,
    },
    /// It is more than a token.
    #[error("the token is longer than {most} bytes")]
    Long {
        /// The greatest length in bytes.
        most: usize,
    },
    /// It does not go into a header.
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
