use std::fmt::Display;
use std::time::Duration;

use hyrouter_text::shown;

use super::PluginErrorCode;

/// Maximum length of a text of an error in bytes. It holds text of the plugin, and goes to the log.
const MAX_TEXT: usize = 256;

/// A call of a plugin failed. For the operator; a player never reads it.
///
/// The constructors that take a text escape its control characters and cut it to 256 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// There was no answer in time.
    #[error("no answer within {} ms; `timeout` sets how long players wait", after.as_millis())]
    Timeout {
        /// Time that the caller waited.
        after: Duration,
    },
    /// There was no connection to the plugin while the caller waited, or too late for an answer. The plugin has not
    /// decided.
    #[error("unreachable: {message}")]
    Unreachable {
        /// Reason for the missing connection.
        message: String,
    },
    /// The connection to the plugin broke during the call.
    #[error("transport: {message}")]
    Transport {
        /// Error of the transport.
        message: String,
    },
    /// The plugin answered with a status that is not OK.
    #[error("status {code} {}: {message}", status_name(*.code))]
    Status {
        /// Number of the gRPC status.
        code: i32,
        /// Message of the status.
        message: String,
    },
    /// The guest trapped: it aborted, ran out of stack or memory, or was stopped because it did not return.
    #[error("trap: {message}")]
    Trap {
        /// Error of the runtime.
        message: String,
    },
    /// The guest gave a pointer that is zero or leads out of its memory.
    #[error("bad pointer: {message}")]
    BadPointer {
        /// Name of the pointer.
        message: String,
    },
    /// The answer is not the JSON of a response.
    #[error("bad response: {message}")]
    BadResponse {
        /// Error in the answer.
        message: String,
    },
    /// The answer is longer than allowed.
    #[error("answer of {len} bytes; at most {max} are allowed")]
    Oversize {
        /// Length in bytes.
        len: usize,
        /// Maximum length in bytes.
        max: usize,
    },
    /// The maximum number of calls is running or waiting already.
    #[error("overloaded: {limit} calls are running or waiting")]
    Overloaded {
        /// Maximum number of calls that run or wait.
        limit: usize,
    },
    /// The plugin failed repeatedly and is not called for a while.
    #[error("breaker open")]
    BreakerOpen,
    /// The code that calls the plugin panicked.
    #[error("the plugin panicked")]
    Panic,
}

impl PluginError {
    /// Makes an [`Unreachable`](Self::Unreachable) error.
    pub fn unreachable(message: impl Display) -> Self {
        Self::Unreachable {
            message: cut(message),
        }
    }

    /// Makes a [`Transport`](Self::Transport) error.
    pub fn transport(message: impl Display) -> Self {
        Self::Transport {
            message: cut(message),
        }
    }

    /// Makes a [`Status`](Self::Status) error.
    pub fn status(code: i32, message: impl Display) -> Self {
        Self::Status {
            code,
            message: cut(message),
        }
    }

    /// Makes a [`Trap`](Self::Trap) error.
    pub fn trap(message: impl Display) -> Self {
        Self::Trap {
            message: cut(message),
        }
    }

    /// Makes a [`BadPointer`](Self::BadPointer) error.
    pub fn bad_pointer(message: impl Display) -> Self {
        Self::BadPointer {
            message: cut(message),
        }
    }

    /// Makes a [`BadResponse`](Self::BadResponse) error.
    pub fn bad_response(message: impl Display) -> Self {
        Self::BadResponse {
            message: cut(message),
        }
    }

    /// Returns whether the plugin was not called: see [`PluginErrorCode::is_skip`].
    pub const fn is_skip(&self) -> bool {
        self.code().is_skip()
    }

    /// Returns the kind of error.
    pub const fn code(&self) -> PluginErrorCode {
        match self {
            Self::Timeout { .. } => PluginErrorCode::Timeout,
            Self::Unreachable { .. } => PluginErrorCode::Unreachable,
            Self::Transport { .. } => PluginErrorCode::Transport,
            Self::Status { .. } => PluginErrorCode::Status,
            Self::Trap { .. } => PluginErrorCode::Trap,
            Self::BadPointer { .. } => PluginErrorCode::BadPointer,
            Self::BadResponse { .. } => PluginErrorCode::BadResponse,
            Self::Oversize { .. } => PluginErrorCode::Oversize,
            Self::Overloaded { .. } => PluginErrorCode::Overloaded,
            Self::BreakerOpen => PluginErrorCode::BreakerOpen,
            Self::Panic => PluginErrorCode::Panic,
        }
    }
}

/// Returns the name of a gRPC status.
const fn status_name(code: i32) -> &'static str {
    match code {
        0 => "OK",
        1 => "CANCELLED",
        2 => "UNKNOWN",
        3 => "INVALID_ARGUMENT",
        4 => "DEADLINE_EXCEEDED",
        5 => "NOT_FOUND",
        6 => "ALREADY_EXISTS",
        7 => "PERMISSION_DENIED",
        8 => "RESOURCE_EXHAUSTED",
        9 => "FAILED_PRECONDITION",
        10 => "ABORTED",
        11 => "OUT_OF_RANGE",
        12 => "UNIMPLEMENTED",
        13 => "INTERNAL",
        14 => "UNAVAILABLE",
        15 => "DATA_LOSS",
        16 => "UNAUTHENTICATED",
        _ => "(not a status of gRPC)",
    }
}

/// Returns the start of a text, without control characters. The rest is not formatted.
fn cut(message: impl Display) -> String {
    shown(message).within(MAX_TEXT).to_string()
}

#[cfg(test)]
mod tests;
