//! Setup of logging.

use std::io::{self, IsTerminal as _};
use std::sync::{Mutex, PoisonError};

use clap::ValueEnum as _;
use hyrouter_app::LogLevels;
use hyrouter_app::log_format::{EscapedWriter, escaped_fields};
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::reload;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::{LogFormat, LogLevel, LoggingArgs};

/// Maximum number of lines that wait for a slow reader. More lines are dropped instead of delaying
/// players: a reader of the log must not be able to stop the router.
const BUFFERED_LINES: usize = 16_384;

/// Sets up logging to standard output for the whole process. Keep the guard until the end: dropping it writes the
/// buffered lines.
pub(crate) fn init(args: &LoggingArgs) -> (WorkerGuard, Levels) {
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(BUFFERED_LINES)
        .lossy(true)
        .thread_name("log")
        .finish(io::stdout());
    let (wanted, handle) = reload::Layer::new(wanted(args.log_level));
    let lines = tracing_subscriber::fmt::layer().with_target(false);
    let registry = tracing_subscriber::registry().with(wanted);
    match args.log_format {
        LogFormat::Text => registry
            .with(
                lines
                    .with_writer(writer)
                    .fmt_fields(escaped_fields())
                    .with_ansi(io::stdout().is_terminal()),
            )
            .init(),
        LogFormat::Json => {
            let lines = lines.with_writer(EscapedWriter::new(writer));
            registry.with(lines.json().flatten_event(true)).init();
        }
    }
    let levels = Levels {
        handle,
        now: Mutex::new(args.log_level),
    };
    (guard, levels)
}

/// The minimum log level, which can be changed at run time.
#[derive(Debug)]
pub(crate) struct Levels {
    handle: reload::Handle<Targets, Registry>,
    now: Mutex<LogLevel>,
}

impl LogLevels for Levels {
    fn now(&self) -> &'static str {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.as_str()
    }

    fn set(&self, text: &str) -> Result<(), String> {
        let Ok(level) = LogLevel::from_str(text, true) else {
            return Err(format!(
                "{text:?} is not a log level; allowed: debug, info, warn, error"
            ));
        };
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = self.handle.reload(wanted(level));
        changed.map_err(|error| error.to_string())?;
        *now = level;
        Ok(())
    }
}

fn wanted(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Error => LevelFilter::ERROR,
    };
    // The QUIC stack writes about a hundred debug lines per connection, which mean nothing to an operator.
    // A guest can trigger any line of wasmer's crates. Its faults are logged by the plugin host instead.
    // A DNS server can trigger warnings of hickory, with its own texts. Its faults are logged by the provider instead.
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("hickory_net", LevelFilter::OFF)
        .with_target("hickory_proto", LevelFilter::OFF)
        .with_target("hickory_resolver", LevelFilter::OFF)
        .with_target("virtual_fs", LevelFilter::OFF)
        .with_target("wasmer", LevelFilter::OFF)
        .with_target("hyrouter", level)
}
