//! Errors of commands, the server and its token.

use std::io;
use std::net::SocketAddr;

/// Error of a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The command names an unknown item: status 404.
    #[error("{0}")]
    Unknown(String),
    /// The command is not valid: status 422.
    #[error("{message}")]
    Invalid {
        /// Description of the error, in a sentence.
        message: String,
        /// The mistakes, each with its key.
        mistakes: Vec<String>,
    },
    /// The command is valid, but failed: status 409.
    #[error("{message}")]
    Failed {
        /// Description of the failure, in a sentence.
        message: String,
        /// The mistakes.
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

/// Error of starting the admin server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The address is not a loopback address, and there is no token.
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
        /// Error of the operating system.
        source: io::Error,
    },
}
