//! The main job: load, compose, serve until a signal.

use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_config::{ConfigError, Settings, Sources};
use hyrouter_plugin_wasm::TracingSink;
use hyrouter_plugins::Chain;
use hyrouter_proxy::{
    AlpnList, Limits, Listen, Server, ServerBuilder, ServerError, ServerIdentity,
};

use crate::cli::{self, ConfigArgs, LoggingArgs};
use crate::service::Service;
use crate::shutdown::Signals;
use crate::{exit, logging, plugins, port_holder, summary};

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
    let identity = match identity(&settings) {
        Ok(identity) => identity,
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
    runtime.block_on(async {
        // Before anything says that the router is up: from then on somebody may end it.
        let mut signals = Signals::new().context("waiting for signals")?;
        let plugins = summary::plugins(&chain);
        let server = match start(&settings, identity, chain) {
            Ok(server) => server,
            Err(error) => {
                cli::complain(&explain(error));
                return Ok(exit::FAILED);
            }
        };
        summary::log_start(&settings, &origin, &plugins, &server);

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
    })
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

fn start(
    settings: &Settings,
    identity: Option<ServerIdentity>,
    chain: Chain,
) -> anyhow::Result<Server<Service>> {
    let service = Service::new(settings, chain)?;
    let limits = &settings.limits;
    let mut bounds = Limits::default();
    bounds.handshake_timeout = limits.handshake_timeout;
    bounds.connect_timeout = limits.connect_timeout;
    bounds.decision_timeout = limits.decision_timeout;
    bounds.close_timeout = limits.close_timeout;
    bounds.drain_timeout =
        limits.handshake_timeout + limits.connect_timeout + limits.decision_timeout;
    bounds.retry_threshold = limits.retry_threshold;
    bounds.max_connections = limits.max_connections;
    bounds.max_connections_per_source = limits.max_connections_per_source;
    bounds.idle_timeout = settings.quic.max_idle_timeout;

    let mut builder = ServerBuilder::default()
        .listen(listen(settings))
        .alpn(AlpnList::parse(&settings.tls.alpn)?)
        .limits(bounds);
    if let Some(endpoints) = NonZeroUsize::new(settings.quic.endpoints) {
        builder = builder.endpoints(endpoints);
    }
    if let Some(identity) = identity {
        builder = builder.identity(identity);
    }
    Ok(builder.bind(service)?)
}

fn listen(settings: &Settings) -> Listen {
    let listen = &settings.listen;
    if listen.dual_stack {
        Listen::AllInterfaces(listen.addr.port())
    } else {
        Listen::Address(listen.addr)
    }
}

/// Adds what helps a person to get on.
fn explain(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<ServerError>() {
        Some(ServerError::Bind {
            listen,
            error: taken,
        }) if taken.kind() == ErrorKind::AddrInUse => {
            let holder = port_holder::guess(listen.port());
            error.context(holder)
        }
        _ => error,
    }
}
