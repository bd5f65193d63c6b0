//! The main job: load, compose, serve until a signal.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use hyrouter_app::source::{self, Origin};
use hyrouter_app::{Assembler, Ended, FileSet, Hangups, Metrics, RunError, Start};
use hyrouter_config::{ConfigError, Draft, Settings};
use hyrouter_plugin_wasm::TracingSink;

use crate::cli::{self, ConfigArgs, LoggingArgs, ServeArgs};
use crate::{exit, logging};

/// Read when no file is named.
const DEFAULT_FILE: &str = "config.yaml";
/// Two, so that one that is busy with a long answer does not hold up webhook, collector and key fetching.
const SERVICE_THREADS: usize = 2;

/// Reads the file that is named, else `config.yaml` if there is one, else what is built in.
pub(crate) fn load(args: &ConfigArgs) -> Result<Settings, ConfigError> {
    source::sources(named(args).as_deref()).load()
}

/// Reads the same, for a caller that opens what the configuration names.
pub(crate) fn draft(args: &ConfigArgs) -> Result<Draft, ConfigError> {
    source::read(origin(args).file())
}

/// Where the configuration is from.
pub(crate) fn origin(args: &ConfigArgs) -> Origin {
    named(args).map_or(Origin::BuiltIn, Origin::File)
}

fn named(args: &ConfigArgs) -> Option<PathBuf> {
    args.config.clone().or_else(|| {
        Path::new(DEFAULT_FILE)
            .exists()
            .then(|| PathBuf::from(DEFAULT_FILE))
    })
}

pub(crate) fn run(
    config: &ConfigArgs,
    log: &LoggingArgs,
    serve: ServeArgs,
) -> anyhow::Result<ExitCode> {
    let before = FileSet::at([named(config).unwrap_or_default()]);
    let origin = origin(config);
    let draft = match source::read(origin.file()) {
        Ok(draft) => draft,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(exit::usage());
        }
    };
    let look = source::look(origin.file(), &draft.settings).with_earlier(&before);
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
    let hangups = runtime.block_on(async { Hangups::new() })?;
    let metrics = Metrics::default();
    let mut assembler = Assembler::new(Arc::new(TracingSink), &metrics);
    // Before SIGTERM is waited for, so that it ends a start that takes long.
    let made = services.block_on(async { assembler.assemble(draft, None) });
    let assembly = match made {
        Ok(assembly) => assembly,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(exit::usage());
        }
    };
    let start = Start {
        assembly,
        assembler,
        origin,
        look,
        metrics: metrics.clone(),
        levels: Arc::new(levels),
        hangups,
        watching: !serve.no_watch,
        services: services.handle().clone(),
    };
    let ended = runtime.block_on(hyrouter_app::run(start));
    hyrouter_app::log_end(&metrics);
    // A look-up of a name or a read of a file that hangs holds nobody up.
    services.shutdown_background();
    runtime.shutdown_background();
    match ended {
        Ok(Ended::Drained) => Ok(exit::OK),
        Ok(Ended::Failed) => Ok(exit::FAILED),
        Ok(Ended::Interrupted) => Ok(exit::interrupted()),
        Err(RunError::Settings(error)) => {
            cli::complain(&error);
            Ok(exit::usage())
        }
        Err(RunError::Start(error)) => Err(error),
    }
}
