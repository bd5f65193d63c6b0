//! A router from its first port to its last answer.

use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use arc_swap::ArcSwap;
use hyrouter_config::Settings;
use hyrouter_metrics::{Process, Source};
use tokio::runtime::Handle;

use crate::admin::{AppControl, LogLevels, Readiness};
use crate::build::server::{bind, bind_admin};
use crate::build::{Assembler, Assembly};
use crate::file_set::FileSet;
use crate::handler::SwappableHandler;
use crate::lifecycle::{self, CriticalTasks, Ended, Hangups, Phases, Signals, start_log};
use crate::metrics::{Metrics, registry};
use crate::observe::access_log::AccessLog;
use crate::observe::sinks::DecisionSinks;
use crate::observe::traces::Traces;
use crate::reconfigure::{Active, Overrides, Reconfigurer, ReloadHistory, RestartOnly, Running};
use crate::snapshot::Snapshot;
use crate::source::Origin;

/// Why a router did not start.
#[derive(Debug)]
pub enum RunError {
    /// Something of the settings cannot be used.
    Settings(anyhow::Error),
    /// A port is taken, for example.
    Start(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for RunError {
    fn from(error: E) -> Self {
        Self::Start(error.into())
    }
}

/// What a router starts with.
#[derive(Debug)]
pub struct Start {
    /// The configuration, with all that it names.
    pub assembly: Assembly,
    /// Puts later configurations together.
    pub assembler: Assembler,
    /// Where the configuration is from.
    pub origin: Origin,
    /// How its files looked when they were read.
    pub look: FileSet,
    /// What is counted.
    pub metrics: Metrics,
    /// The level of log lines.
    pub levels: Arc<dyn LogLevels>,
    /// SIGHUP.
    pub hangups: Hangups,
    /// For what talks to others and reads files.
    pub services: Handle,
    /// Whether changed files are read by themselves.
    pub watching: bool,
}

/// Serves until it is told to end, and ends.
///
/// # Errors
/// Something of the settings cannot be used, or a port is taken.
pub async fn run(start: Start) -> Result<Ended, RunError> {
    let Start {
        mut assembly,
        assembler,
        origin,
        look,
        metrics,
        levels,
        hangups,
        services,
        watching,
    } = start;
    // Before anything says that the router is up: from then on somebody may end it.
    let mut signals = Signals::new(hangups).context("waiting for signals")?;
    let admin_token = assembly.admin_token.take();
    let assembly = Arc::new(assembly);
    let settings = &assembly.settings;
    let process = Arc::new(Process::started_now());
    let history = Arc::new(ReloadHistory::starting_with(
        origin.to_string(),
        settings.checks.clone(),
    ));
    let phases = Phases::starting();
    let log = Arc::new(AccessLog::new());
    let overrides = Overrides::default();
    let snapshot = Snapshot::new(&assembly, &overrides, None)?;
    let sinks = open_sinks(settings, &services).map_err(RunError::Settings)?;
    let sinks = Arc::new(sinks);
    let live = SwappableHandler::new(snapshot, log, metrics.clone(), Arc::clone(&sinks));
    let server = bind(&assembly, live.clone())?;
    metrics.connections.watch(server.handle());
    let supervisor = CriticalTasks::default();
    let running = Running {
        live,
        server: server.handle(),
        address: server.local_addr(),
        endpoints: server.endpoints(),
        started_at: process.started(),
        sinks: Arc::clone(&sinks),
        history: Arc::clone(&history),
        supervisor: supervisor.clone(),
        services: services.clone(),
        restart_only: Arc::new(RestartOnly::of(settings)),
        tokens: Arc::default(),
        active: Arc::new(ArcSwap::from_pointee(Active {
            assembly: Arc::clone(&assembly),
            overrides,
        })),
    };
    let file = origin.file().map(ToOwned::to_owned);
    let (reconfigurer, commands) = Reconfigurer::new(running.clone(), file, assembler, look);
    if let Some(admin) = &settings.admin {
        let readiness = Readiness {
            phases: phases.clone(),
            supervisor: supervisor.clone(),
            metrics: metrics.clone(),
            sinks: Arc::clone(&sinks),
        };
        let others: [Arc<dyn Source>; 4] =
            [Arc::new(readiness.clone()), history, sinks.clone(), process];
        let control = AppControl {
            running: running.clone(),
            commands: commands.clone(),
            readiness,
            registry: registry::of(&metrics, others),
            levels,
        };
        let admin = bind_admin(admin.listen, admin_token, Arc::new(control))?;
        let _ = running.tokens.set(admin.token_handle());
        tracing::info!(listen = %admin.local_addr(), "admin server");
        let serving = admin.run(services, std::future::pending::<()>());
        supervisor.spawn("admin server", serving);
    }
    supervisor.spawn("configuration", reconfigurer.run(watching));
    let expired = assembly.expired(SystemTime::now());
    start_log::log(settings, &expired, &origin, &server);
    // The next configuration takes its place, and then nobody is to hold it.
    drop(assembly);
    phases.serve();

    let ended = lifecycle::serve(server, &mut signals, &phases, &running, &commands).await;
    sinks.close().await;
    Ok(ended)
}

/// Opens the sinks of decisions.
fn open_sinks(settings: &Settings, services: &Handle) -> anyhow::Result<DecisionSinks> {
    // What they spawn runs there.
    let _in = services.enter();
    let traces = Traces::open(settings.otlp.as_ref())?;
    DecisionSinks::open(&settings.logging, settings.admin.is_some(), traces)
}
