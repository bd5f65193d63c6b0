//! The main job: load, compose, serve until a signal.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use hyrouter_config::{ConfigError, Draft, Settings, Sources};
use hyrouter_plugin_wasm::TracingSink;

use crate::assembly::Assembler;
use crate::cli::{self, ConfigArgs, LoggingArgs, ServeArgs};
use crate::counts::Counts;
use crate::logging;
use crate::running::{self, Start};
use crate::signals::Hangups;
use crate::watch::Look;
use crate::{end, exit};

/// Read when no file is named.
const DEFAULT_FILE: &str = "config.yaml";
/// Two, so that one that is busy with a long answer does not hold up webhook, collector and key fetching.
const SERVICE_THREADS: usize = 2;

/// Where a configuration came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    File(PathBuf),
    BuiltIn,
}

impl Origin {
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::BuiltIn => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::BuiltIn => f.write_str("built in"),
        }
    }
}

/// Reads the file that is named, else `config.yaml` if there is one, else what is built in.
pub(crate) fn load(args: &ConfigArgs) -> Result<Settings, ConfigError> {
    sources(named(args).as_deref()).load()
}

/// Reads the same, for a caller that opens what the configuration names.
pub(crate) fn draft(args: &ConfigArgs) -> Result<Draft, ConfigError> {
    read(origin(args).file())
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

/// Reads this file, or what is built in.
pub(crate) fn read(file: Option<&Path>) -> Result<Draft, ConfigError> {
    sources(file).read()
}

pub(crate) fn sources(file: Option<&Path>) -> Sources {
    match file {
        Some(file) => Sources::new().file(file),
        None => Sources::new(),
    }
}

/// How the configuration's file and those that it names look.
pub(crate) fn look(file: Option<&Path>, settings: &Settings) -> Look {
    let file = file.map(Path::to_owned);
    let named = settings.files.iter().map(|named| named.file.clone());
    Look::at(file.into_iter().chain(named))
}

pub(crate) fn run(
    config: &ConfigArgs,
    log: &LoggingArgs,
    serve: ServeArgs,
) -> anyhow::Result<ExitCode> {
    let before = Look::at([named(config).unwrap_or_default()]);
    let origin = origin(config);
    let draft = match read(origin.file()) {
        Ok(draft) => draft,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(exit::usage());
        }
    };
    let look = look(origin.file(), &draft.settings).since(&before);
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
    let counts = Counts::default();
    let mut assembler = Assembler::new(Arc::new(TracingSink), &counts);
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
        counts: counts.clone(),
        levels,
        hangups,
        watching: !serve.no_watch,
        services: services.handle().clone(),
    };
    let ended = runtime.block_on(running::run(start));
    end::log(&counts);
    // A look-up of a name or a read of a file that hangs holds nobody up.
    services.shutdown_background();
    runtime.shutdown_background();
    ended
}
