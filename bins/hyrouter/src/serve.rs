//! The main job: load, compose, serve until a signal.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_config::{ConfigError, Settings, Sources};
use hyrouter_plugin_wasm::TracingSink;
use hyrouter_proxy::{ServerError, ServerIdentity};

use crate::bind::bind;
use crate::cli::{self, ConfigArgs, LoggingArgs};
use crate::door::Door;
use crate::player::Identities;
use crate::service::Service;
use crate::shutdown::Signals;
use crate::tickets::Tickets;
use crate::{exit, identity_keys, logging, plugins, summary, tally};

/// Read when no file is named.
const DEFAULT_FILE: &str = "config.yaml";

/// Where a configuration came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    File(PathBuf),
    BuiltIn,
}

/// Reads the file that is named, else `config.yaml` if there is one, else what is built in.
pub(crate) fn load(args: &ConfigArgs) -> Result<(Settings, Origin), ConfigError> {
    let file = args.config.clone().or_else(|| {
        Path::new(DEFAULT_FILE)
            .exists()
            .then(|| PathBuf::from(DEFAULT_FILE))
    });
    match file {
        Some(file) => Ok((Sources::new().file(&file).load()?, Origin::File(file))),
        None => Ok((Sources::new().load()?, Origin::BuiltIn)),
    }
}

pub(crate) fn run(config: &ConfigArgs, log: &LoggingArgs) -> anyhow::Result<ExitCode> {
    let (settings, origin) = match load(config) {
        Ok(loaded) => loaded,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(exit::usage());
        }
    };
    let (identity, kept) = match identity(&settings).and_then(|identity| {
        let kept = identity_keys::open(&settings.identity)?;
        Ok((identity, kept))
    }) {
        Ok(opened) => opened,
        Err(error) => {
            cli::complain(&error);
            return Ok(exit::usage());
        }
    };
    // Dropped last, so that the final lines are written.
    let _written_at_the_end = logging::init(log);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Before signals are waited for, so that they end a start that takes long.
    let chain = match runtime.block_on(async { plugins::chain(&settings, Arc::new(TracingSink)) }) {
        Ok(chain) => chain,
        Err(error) => {
            cli::complain(&error);
            return Ok(exit::usage());
        }
    };
    let verifier = kept.as_ref().map(|kept| Arc::clone(&kept.verifier));
    let tickets = Arc::new(Tickets::new(settings.referral.as_ref()));
    let ended = runtime.block_on(async {
        // Before anything says that the router is up: from then on somebody may end it.
        let mut signals = Signals::new().context("waiting for signals")?;
        let plugins = summary::plugins(&chain);
        let door = Door::new(
            Identities::new(&settings.identity, verifier.clone()),
            Arc::clone(&tickets),
        );
        let service = Service::new(&settings, chain, door)?;
        let server = match bind(&settings, identity, service) {
            Ok(server) => server,
            Err(error) => {
                cli::complain(&error);
                return Ok(exit::FAILED);
            }
        };
        summary::log_start(&settings, &origin, &plugins, &server);
        if let Some(kept) = kept {
            tokio::spawn(identity_keys::keep(kept));
        }

        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = server.run(async {
            let _ = stopped.await;
        });
        tokio::pin!(serving);
        tokio::select! {
            ended = &mut serving => return Ok(outcome(ended)),
            signal = signals.next() => {
                tracing::info!(signal, "answering those in flight, then leaving; once more ends at once");
                let _ = stop.send(());
            }
        }
        tokio::select! {
            ended = serving => Ok(outcome(ended)),
            signal = signals.next() => {
                tracing::warn!(signal, "leaving at once");
                Ok(exit::interrupted())
            }
        }
    });
    tally::log(verifier.as_deref(), tickets.counts());
    // A look-up of a name or a read of a file that hangs holds nobody up.
    runtime.shutdown_background();
    ended
}

fn outcome(ended: Result<(), ServerError>) -> ExitCode {
    match ended {
        Ok(()) => {
            tracing::info!("all answered, goodbye");
            exit::OK
        }
        Err(error) => {
            tracing::error!(%error, "stopped");
            exit::FAILED
        }
    }
}

/// The certificate that the configuration names, if it names one.
pub(crate) fn identity(settings: &Settings) -> anyhow::Result<Option<ServerIdentity>> {
    let Some(files) = &settings.tls.identity else {
        return Ok(None);
    };
    ServerIdentity::from_pem_files(&files.cert, &files.key)
        .map(Some)
        .context("tls.cert_file, tls.key_file")
}
