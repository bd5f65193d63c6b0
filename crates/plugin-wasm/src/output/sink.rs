//! Receivers of the lines of guests.

/// Level of a guest's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputLevel {
    /// `hyrouter.log` with level 0.
    Trace,
    /// `hyrouter.log` with level 1.
    Debug,
    /// `hyrouter.log` with level 2, and standard output.
    Info,
    /// `hyrouter.log` with level 3, and standard error.
    Warn,
    /// `hyrouter.log` with level 4 or more.
    Error,
}

impl OutputLevel {
    pub(crate) fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Trace,
            1 => Self::Debug,
            2 => Self::Info,
            3 => Self::Warn,
            _ => Self::Error,
        }
    }

    /// Returns the name in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Receives the lines of guests, on the guests' threads, which wait for it.
pub trait OutputSink: Send + Sync + 'static {
    /// Receives one line without its end, of at most 1 KiB, without control characters.
    fn line(&self, plugin: &str, level: OutputLevel, line: &str);
}

/// Logs lines by `tracing`, with a field `plugin`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingSink;

impl OutputSink for TracingSink {
    fn line(&self, plugin: &str, level: OutputLevel, line: &str) {
        match level {
            OutputLevel::Trace => tracing::trace!(plugin, "{line}"),
            OutputLevel::Debug => tracing::debug!(plugin, "{line}"),
            OutputLevel::Info => tracing::info!(plugin, "{line}"),
            OutputLevel::Warn => tracing::warn!(plugin, "{line}"),
            OutputLevel::Error => tracing::error!(plugin, "{line}"),
        }
    }
}
