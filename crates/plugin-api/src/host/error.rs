use std::fmt::Display;
use std::time::Duration;

use hyrouter_text::shown;

/// Longest text of an error in bytes. A plugin's own words are in it, and they go to the log.
const MAX_TEXT: usize = 256;

/// A plugin gave no answer that counts. For the operator; a player never reads it.
///
/// The functions that make an error from a text escape its control characters and cut it to 256 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// There was no answer in time.
    #[error("no answer within {} ms; `timeout` sets how long players wait", after.as_millis())]
    Timeout {
        /// How long the caller waited.
        after: Duration,
    },
    /// There was no connection to the plugin as long as the caller waited, or too late for an answer. The plugin has
    /// not decided.
    #[error("unreachable: {message}")]
    Unreachable {
        /// Why there is none.
        message: String,
    },
    /// The connection to the plugin broke while it was asked.
    #[error("transport: {message}")]
    Transport {
        /// What the transport says.
        message: String,
    },
    /// The plugin answered with a status that is not OK.
    #[error("status {code} {}: {message}", status_name(*.code))]
    Status {
        /// The number of the gRPC status.
        code: i32,
        /// Its message.
        message: String,
    },
    /// The guest trapped: it aborted, ran out of stack or memory, or was stopped because it did not return.
    #[error("trap: {message}")]
    Trap {
        /// What the runtime says.
        message: String,
    },
    /// The guest gave a pointer that is zero or leads out of its memory.
    #[error("bad pointer: {message}")]
    BadPointer {
        /// Which pointer it is.
        message: String,
    },
    /// The answer is not the JSON of a response.
    #[error("bad response: {message}")]
    BadResponse {
        /// What is wrong with it.
        message: String,
    },
    /// The answer is longer than allowed.
    #[error("answer of {len} bytes, at most {max} are allowed")]
    Oversize {
        /// Its length in bytes.
        len: usize,
        /// The most that is read, in bytes.
        max: usize,
    },
    /// As many calls as allowed are waiting already.
    #[error("overloaded, {limit} calls are running or waiting")]
    Overloaded {
        /// How many calls may run or wait.
        limit: usize,
    },
    /// The plugin failed repeatedly and is not asked for a while.
    #[error("breaker open")]
    BreakerOpen,
    /// The code that calls the plugin panicked.
    #[error("panic in the call")]
    Panic,
}

impl PluginError {
    /// An [`Unreachable`](Self::Unreachable) error.
    pub fn unreachable(message: impl Display) -> Self {
        Self::Unreachable {
            message: cut(message),
        }
    }

    /// A [`Transport`](Self::Transport) error.
    pub fn transport(message: impl Display) -> Self {
        Self::Transport {
            message: cut(message),
        }
    }

    /// A [`Status`](Self::Status) error.
    pub fn status(code: i32, message: impl Display) -> Self {
        Self::Status {
            code,
            message: cut(message),
        }
    }

    /// A [`Trap`](Self::Trap) error.
    pub fn trap(message: impl Display) -> Self {
        Self::Trap {
            message: cut(message),
        }
    }

    /// A [`BadPointer`](Self::BadPointer) error.
    pub fn bad_pointer(message: impl Display) -> Self {
        Self::BadPointer {
            message: cut(message),
        }
    }

    /// A [`BadResponse`](Self::BadResponse) error.
    pub fn bad_response(message: impl Display) -> Self {
        Self::BadResponse {
            message: cut(message),
        }
    }

    /// Whether the plugin was not even asked, because the router leaves it alone or has too many calls of it already.
    pub const fn is_skip(&self) -> bool {
        matches!(self, Self::Overloaded { .. } | Self::BreakerOpen)
    }

    /// Codes of the errors that [`is_skip`](Self::is_skip) is true of.
    pub const SKIP_CODES: &[&str] = &["overloaded", "breaker_open"];

    /// All stable codes, for metrics that have a line for each.
    pub const REASON_CODES: &[&str] = &[
        "timeout",
        "unreachable",
        "transport",
        "status",
        "trap",
        "bad_pointer",
        "bad_response",
        "oversize",
        "overloaded",
        "breaker_open",
        "panic",
    ];

    /// The stable code of the kind of error, for logs and metrics.
    pub const fn reason_code(&self) -> &'static str {
        match self {
            Self::Timeout { .. } => "timeout",
            Self::Unreachable { .. } => "unreachable",
            Self::Transport { .. } => "transport",
            Self::Status { .. } => "status",
            Self::Trap { .. } => "trap",
            Self::BadPointer { .. } => "bad_pointer",
            Self::BadResponse { .. } => "bad_response",
            Self::Oversize { .. } => "oversize",
            Self::Overloaded { .. } => "overloaded",
            Self::BreakerOpen => "breaker_open",
            Self::Panic => "panic",
        }
    }
}

/// The names of gRPC's statuses.
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

/// The start of a text, without control characters; what comes after it is not even formatted.
fn cut(message: impl Display) -> String {
    shown(message).within(MAX_TEXT).to_string()
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT, PluginError};

    #[test]
    fn long_texts_are_cut_between_characters() {
        for (len, text) in [
            (MAX_TEXT, "x".repeat(MAX_TEXT)),
            (MAX_TEXT + '…'.len_utf8(), "x".repeat(MAX_TEXT + 1)),
            (255 + '…'.len_utf8(), "€".repeat(1000)),
        ] {
            let PluginError::Trap { message } = PluginError::trap(&text) else {
                panic!("not a trap");
            };
            assert_eq!(message.len(), len, "{message}");
            assert!(text.starts_with(message.trim_end_matches('…')));
        }
    }

    #[test]
    fn words_of_a_plugin_stay_on_their_line() {
        for (error, text) in [
            (
                PluginError::status(5, "no\nINFO decision\u{1b}[2K"),
                r"status 5 NOT_FOUND: no\nINFO decision\u{1b}[2K",
            ),
            (PluginError::trap("a\u{202e}b"), r"trap: a\u{202e}b"),
            (PluginError::transport("a\r"), r"transport: a\r"),
            (PluginError::bad_pointer("\0"), r"bad pointer: \u{0}"),
        ] {
            assert_eq!(error.to_string(), text);
        }
        let error = crate::decode_response(b"{\"deny\":\"\\n\\u009b\"}").unwrap_err();
        assert!(!error.to_string().contains(char::is_control), "{error}");
    }

    #[test]
    fn codes_are_all_different() {
        let errors = [
            PluginError::Timeout {
                after: std::time::Duration::ZERO,
            },
            PluginError::unreachable(""),
            PluginError::transport(""),
            PluginError::status(14, ""),
            PluginError::trap(""),
            PluginError::bad_pointer(""),
            PluginError::bad_response(""),
            PluginError::Oversize { len: 2, max: 1 },
            PluginError::Overloaded { limit: 1 },
            PluginError::BreakerOpen,
            PluginError::Panic,
        ];
        let codes: std::collections::BTreeSet<_> =
            errors.iter().map(PluginError::reason_code).collect();
        assert_eq!(codes.len(), errors.len());
        let listed: std::collections::BTreeSet<_> =
            PluginError::REASON_CODES.iter().copied().collect();
        assert_eq!(codes, listed);
        let skips = errors.iter().filter(|error| error.is_skip());
        let skips: Vec<_> = skips.map(PluginError::reason_code).collect();
        assert_eq!(skips, PluginError::SKIP_CODES);
    }
}
