//! A router from its first port to its last answer.

mod registry;
mod serving;

use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use arc_swap::ArcSwap;
use hyrouter_admin::{AdminSettings, Token};
use hyrouter_config::Settings;
use hyrouter_metrics::{Process, Source};
use tokio::runtime::Handle;

use crate::assembly::{Assembler, Assembly};
use crate::bind::{bind, bind_admin};
use crate::commanded::Commanded;
use crate::counts::Counts;
use crate::decision_log::DecisionLog;
use crate::history::History;
use crate::live::Live;
use crate::operate::{
    AtWorkNow, Conductor, LogLevels, Operator, Phases, Readiness, Running, StartedWith,
};
use crate::service::Service;
use crate::signals::{Hangups, Signals};
use crate::sinks::Sinks;
use crate::source::Origin;
use crate::start_log;
use crate::supervised::Supervisor;
use crate::traces::Traces;
use crate::watch::Look;

pub use self::serving::Ended;

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
    pub look: Look,
    /// What is counted.
    pub counts: Counts,
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
        counts,
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
    let history = Arc::new(History::starting_with(
        origin.to_string(),
        settings.checks.clone(),
    ));
    let phases = Phases::starting();
    let log = Arc::new(DecisionLog::new());
    let commanded = Commanded::default();
    let service = Service::new(&assembly, &commanded, None, &counts, Arc::clone(&log))?;
    let (sinks, admin) = open(settings, admin_token, &services).map_err(RunError::Settings)?;
    let sinks = Arc::new(sinks);
    let live = Live::new(service, log, counts.clone(), Arc::clone(&sinks));
    let server = bind(&assembly, live.clone())?;
    counts.connections.watch(server.handle());
    let supervisor = Supervisor::default();
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
        started_with: Arc::new(StartedWith::of(settings)),
        tokens: Arc::default(),
        at_work: Arc::new(ArcSwap::from_pointee(AtWorkNow {
            assembly: Arc::clone(&assembly),
            commanded,
        })),
    };
    let file = origin.file().map(ToOwned::to_owned);
    let (conductor, orders) = Conductor::new(running.clone(), file, assembler, look);
    if let Some(admin) = admin {
        let readiness = Readiness {
            phases: phases.clone(),
            supervisor: supervisor.clone(),
            counts: counts.clone(),
            sinks: Arc::clone(&sinks),
        };
        let others: [Arc<dyn Source>; 4] =
            [Arc::new(readiness.clone()), history, sinks.clone(), process];
        let operator = Operator {
            running: running.clone(),
            orders: orders.clone(),
            readiness,
            registry: registry::of(&counts, others),
            levels,
        };
        let admin = bind_admin(admin, Arc::new(operator))?;
        let _ = running.tokens.set(admin.tokens());
        tracing::info!(listen = %admin.local_addr(), "admin server");
        let serving = admin.run(services, std::future::pending::<()>());
        supervisor.spawn("admin server", serving);
    }
    supervisor.spawn("configuration", conductor.run(watching));
    let expired = assembly.expired(SystemTime::now());
    start_log::log(settings, &expired, &origin, &server);
    // The next configuration takes its place, and then nobody is to hold it.
    drop(assembly);
    phases.serve();

    let ended = serving::serve(server, &mut signals, &phases, &running, &orders).await;
    sinks.close().await;
    Ok(ended)
}

/// Files of what runs beside the way of a player.
fn open(
    settings: &Settings,
    token: Option<Token>,
    services: &Handle,
) -> anyhow::Result<(Sinks, Option<AdminSettings>)> {
    // What they spawn runs there.
    let _in = services.enter();
    let traces = Traces::open(settings.otlp.as_ref())?;
    let sinks = Sinks::open(&settings.logging, settings.admin.is_some(), traces)?;
    let admin = settings.admin.as_ref().map(|admin| AdminSettings {
        listen: admin.listen,
        token,
    });
    Ok((sinks, admin))
}
