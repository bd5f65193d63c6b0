//! The router: reads the configuration, builds, and serves until a signal.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use hyrouter_app::{App, AppError, Configuration, Hangups, Origin, Parts, Termination};
use hyrouter_config::{ConfigError, Settings};

use crate::cli::{self, ConfigArgs, LoggingArgs, ServeArgs};
use crate::{exit, logging};

/// Configuration file if none is named.
const DEFAULT_FILE: &str = "config.yaml";
/// Number of threads for services. Two, so that a long answer on one does not delay webhook, collector and key
/// fetching.
const SERVICE_THREADS: usize = 2;

/// Reads the named file, else `config.yaml` if it exists, else the built-in configuration.
pub(crate) fn load(args: &ConfigArgs) -> Result<Settings, ConfigError> {
    origin(args).sources().load()
}

/// Returns where the configuration is read from.
pub(crate) fn origin(args: &ConfigArgs) -> Origin {
    let default = || {
        Path::new(DEFAULT_FILE)
            .exists()
            .then(|| PathBuf::from(DEFAULT_FILE))
    };
    let file = args.config.clone().or_else(default);
    file.map_or(Origin::BuiltIn, Origin::File)
}

pub(crate) fn run(
    config: &ConfigArgs,
    log: &LoggingArgs,
    serve: ServeArgs,
) -> anyhow::Result<ExitCode> {
    let configuration = match Configuration::read(origin(config)) {
        Ok(configuration) => configuration,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(exit::usage());
        }
    };
    // Dropped last, so that the final lines are written.
    let (_written_at_the_end, levels) = logging::init(log);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Clients of other services, file reads and long answers have their own threads, so that no input from outside
    // delays health checks, signals and commands.
    let services = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(SERVICE_THREADS)
        .thread_name("services")
        .enable_all()
        .build()?;
    let parts = Parts::default()
        .with_log_levels(Arc::new(levels))
        .with_services(services.handle().clone())
        .with_file_watch(!serve.no_watch);
    let ended = runtime.block_on(async {
        // Before the build, since a service manager may ask for a reload while plugins are compiled. SIGTERM ends a
        // build that takes long.
        let hangups = Hangups::new().map_err(AppError::Signals)?;
        App::build(configuration, parts)?
            .run_on_signals(hangups)
            .await
    });
    // A hanging DNS lookup or file read must not delay the exit.
    services.shutdown_background();
    runtime.shutdown_background();
    match ended {
        Ok(Termination::Drained) => Ok(exit::OK),
        Ok(Termination::Interrupted) => Ok(exit::interrupted()),
        // Logged already, with the reason.
        Err(AppError::Stopped(_)) => Ok(exit::FAILED),
        Err(AppError::Config(error)) => {
            cli::complain_of_config(&error);
            Ok(exit::usage())
        }
        Err(error @ AppError::Sink(_)) => {
            cli::complain(&error.into());
            Ok(exit::usage())
        }
        Err(error) => Err(error.into()),
    }
}
