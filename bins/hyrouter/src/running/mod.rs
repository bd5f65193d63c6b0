//! A router from its first port to its last answer.

mod registry;
mod serving;

use std::process::ExitCode;
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
use crate::logging::Levels;
use crate::operate::{AtWorkNow, Conductor, Operator, Phases, Readiness, Running, StartedWith};
use crate::serve::Origin;
use crate::service::Service;
use crate::signals::{Hangups, Signals};
use crate::sinks::Sinks;
use crate::supervised::Supervisor;
use crate::traces::Traces;
use crate::watch::Look;
use crate::{cli, exit, start_log};

/// What a router starts with.
pub(crate) struct Start {
    pub(crate) assembly: Assembly,
    pub(crate) assembler: Assembler,
    pub(crate) origin: Origin,
    pub(crate) look: Look,
    pub(crate) counts: Counts,
    pub(crate) levels: Levels,
    pub(crate) hangups: Hangups,
    /// For what talks to others and reads files.
    pub(crate) services: Handle,
    /// Whether changed files are read by themselves.
    pub(crate) watching: bool,
}

/// Serves until it is told to end, and ends.
pub(crate) async fn run(start: Start) -> anyhow::Result<ExitCode> {
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
    let (sinks, admin) = match open(settings, admin_token, &services) {
        Ok(opened) => opened,
        Err(error) => {
            cli::complain(&error);
            return Ok(exit::usage());
        }
    };
    let sinks = Arc::new(sinks);
    let live = Live::new(service, log, counts.clone(), Arc::clone(&sinks));
    let server = match bind(&assembly, live.clone()) {
        Ok(server) => server,
        Err(error) => {
            cli::complain(&error);
            return Ok(exit::FAILED);
        }
    };
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
        let admin = match bind_admin(admin, Arc::new(operator)) {
            Ok(admin) => admin,
            Err(error) => {
                cli::complain(&error);
                return Ok(exit::FAILED);
            }
        };
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
