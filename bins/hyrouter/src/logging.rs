//! Log lines: where they go and how they look.

use std::io::{self, IsTerminal as _};

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};

use crate::cli::{LogFormat, LogLevel, LoggingArgs};

/// Lines that may wait for a slow reader. When it is full, lines are lost rather than players kept
/// waiting: whoever reads the log must not be able to stop the router.
const BUFFERED_LINES: usize = 16_384;

/// Sets up logging to standard output for the whole process. Keep the guard until the end: dropping
/// it writes what is buffered.
pub(crate) fn init(args: &LoggingArgs) -> WorkerGuard {
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(BUFFERED_LINES)
        .lossy(true)
        .thread_name("log")
        .finish(io::stdout());
    let level = match args.log_level {
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Error => LevelFilter::ERROR,
    };
    let builder = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(writer)
        .with_target(false);
    match args.log_format {
        LogFormat::Text => builder.with_ansi(io::stdout().is_terminal()).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    guard
}
