use std::fmt;

/// The level of log lines, which can be changed while the router runs.
pub trait LogLevels: fmt::Debug + Send + Sync {
    /// Returns the current level.
    fn now(&self) -> &'static str;

    /// Sets the level.
    ///
    /// # Errors
    /// `level` is not a valid level.
    fn set(&self, level: &str) -> Result<(), String>;
}

/// A level that the admin server cannot change.
#[derive(Debug)]
pub(crate) struct FixedLogLevel;

impl LogLevels for FixedLogLevel {
    fn now(&self) -> &'static str {
        "info"
    }

    fn set(&self, _level: &str) -> Result<(), String> {
        Err("this program has a fixed log level".to_owned())
    }
}
