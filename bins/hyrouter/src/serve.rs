//! The main job: read, build, serve until a signal.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use hyrouter_app::{App, AppError, Configuration, Hangups, Origin, Parts, Termination};
use hyrouter_config::{ConfigError, Settings};

use crate::cli::{self, ConfigArgs, LoggingArgs, ServeArgs};
use crate::{exit, logging};

/// Read when no file is named.
const DEFAULT_FILE: &str = "config.yaml";
/// Two, so that one that is busy with a long answer does not hold up webhook, collector and key fetching.
const SERVICE_THREADS: usize = 2;

/// Reads the file that is named, else `config.yaml` if there is one, else what is built in.
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
    // What talks to others, reads files or writes long answers has threads of its own, so that nothing that anybody
    // sends keeps health checks, signals and commands waiting.
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
    // A look-up of a name or a read of a file that hangs holds nobody up.
    services.shutdown_background();
    runtime.shutdown_background();
    match ended {
        Ok(Termination::Drained) => Ok(exit::OK),
        Ok(Termination::Interrupted) => Ok(exit::interrupted()),
        // The log has the reason.
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
