use std::fmt::Arguments;

/// Level of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum PluginLogLevel {
    /// For every step.
    Trace = 0,
    /// For finding a mistake. Log names of players at this level.
    Debug = 1,
    /// For events of normal operation.
    Info = 2,
    /// For events that an operator should check.
    Warn = 3,
    /// For failures.
    Error = 4,
}

/// Writes a line to the router's log: `log!(PluginLogLevel::Info, "{n} players")`.
///
/// A module that logs imports `hyrouter.log`, which the original Hyrouter does not have; a module whose author never
/// logs does not, and runs there too. Natively the line goes to standard error.
#[macro_export]
macro_rules! log {
    ($level:expr, $($text:tt)+) => {{
        #[cfg(target_arch = "wasm32")]
        {
            // Declared here and not in the SDK: that way only a module whose author logs has the import. It is safe
            // to call with any pointer, since the router checks its reads and writes nothing.
            #[link(wasm_import_module = "hyrouter")]
            unsafe extern "C" {
                #[link_name = "log"]
                safe fn hyrouter_log(level: u32, text: *const u8, len: usize);
            }
            let text = ::std::format!($($text)+);
            hyrouter_log($level as u32, text.as_ptr(), text.len());
        }
        #[cfg(not(target_arch = "wasm32"))]
        $crate::expanded::to_stderr($level, ::std::format_args!($($text)+));
    }};
}

/// Logs at level trace.
#[macro_export]
macro_rules! trace {
    ($($text:tt)+) => { $crate::log!($crate::PluginLogLevel::Trace, $($text)+) };
}

/// Logs at level debug.
#[macro_export]
macro_rules! debug {
    ($($text:tt)+) => { $crate::log!($crate::PluginLogLevel::Debug, $($text)+) };
}

/// Logs at level info.
#[macro_export]
macro_rules! info {
    ($($text:tt)+) => { $crate::log!($crate::PluginLogLevel::Info, $($text)+) };
}

/// Logs at level warn.
#[macro_export]
macro_rules! warn {
    ($($text:tt)+) => { $crate::log!($crate::PluginLogLevel::Warn, $($text)+) };
}

/// Logs at level error.
#[macro_export]
macro_rules! error {
    ($($text:tt)+) => { $crate::log!($crate::PluginLogLevel::Error, $($text)+) };
}

/// Writes a line when a handler runs in a test.
#[expect(
    clippy::print_stderr,
    reason = "the test harness shows it where the test fails"
)]
pub fn to_stderr(level: PluginLogLevel, text: Arguments<'_>) {
    eprintln!("{level:?}: {text}");
}
