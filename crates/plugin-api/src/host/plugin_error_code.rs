/// Kind of a [`PluginError`](super::PluginError), for logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PluginErrorCode {
    /// [`PluginError::Timeout`](super::PluginError::Timeout)
    Timeout,
    /// [`PluginError::Unreachable`](super::PluginError::Unreachable)
    Unreachable,
    /// [`PluginError::Transport`](super::PluginError::Transport)
    Transport,
    /// [`PluginError::Status`](super::PluginError::Status)
    Status,
    /// [`PluginError::Trap`](super::PluginError::Trap)
    Trap,
    /// [`PluginError::BadPointer`](super::PluginError::BadPointer)
    BadPointer,
    /// [`PluginError::BadResponse`](super::PluginError::BadResponse)
    BadResponse,
    /// [`PluginError::Oversize`](super::PluginError::Oversize)
    Oversize,
    /// [`PluginError::Overloaded`](super::PluginError::Overloaded)
    Overloaded,
    /// [`PluginError::BreakerOpen`](super::PluginError::BreakerOpen)
    BreakerOpen,
    /// [`PluginError::Panic`](super::PluginError::Panic)
    Panic,
}

impl PluginErrorCode {
    /// All codes, for metrics with a line for each.
    pub const ALL: [Self; 11] = [
        Self::Timeout,
        Self::Unreachable,
        Self::Transport,
        Self::Status,
        Self::Trap,
        Self::BadPointer,
        Self::BadResponse,
        Self::Oversize,
        Self::Overloaded,
        Self::BreakerOpen,
        Self::Panic,
    ];

    /// Codes of calls that were not made, see [`is_skip`](Self::is_skip).
    pub const SKIPS: [Self; 2] = [Self::Overloaded, Self::BreakerOpen];

    /// Returns the stable name, such as `bad_response`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Transport => "transport",
            Self::Status => "status",
            Self::Trap => "trap",
            Self::BadPointer => "bad_pointer",
            Self::BadResponse => "bad_response",
            Self::Oversize => "oversize",
            Self::Overloaded => "overloaded",
            Self::BreakerOpen => "breaker_open",
            Self::Panic => "panic",
        }
    }

    /// Returns whether the plugin was not called, because its breaker is open or too many calls of it run already.
    pub const fn is_skip(self) -> bool {
        matches!(self, Self::Overloaded | Self::BreakerOpen)
    }
}
