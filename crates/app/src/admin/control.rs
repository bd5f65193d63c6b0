//! The router as the admin server sees it.

use std::net::SocketAddr;
use std::sync::Arc;

use hyrouter_admin::{
    AccessRefusal, AdminControl, BackendsQuery, BackendsReport, CommandError, CommandFuture,
    HealthReport, RecordingCommand, ReloadReport, RouterStatus,
};
use hyrouter_proxy::{Handler, Server};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use serde_json::Value;

use super::log_levels::LogLevels;
use super::readiness::Readiness;
use super::{backends, recording, status};
use crate::admin::explain;
use crate::metrics::{Process, registry};
use crate::reconfigure::{self, AppState, CommandSender, ReconfigureCommand, Reply};

/// Facts of the start that the status shows.
#[derive(Debug)]
pub(crate) struct StartFacts {
    /// Time of the start, in seconds since 1970.
    pub(crate) at: f64,
    /// Address of the QUIC entrypoint.
    pub(crate) address: SocketAddr,
    pub(crate) endpoints: usize,
}

/// The router behind the admin server.
#[derive(Debug)]
pub(crate) struct AppControl {
    pub(crate) state: AppState,
    pub(crate) start: StartFacts,
    pub(crate) commands: CommandSender,
    pub(crate) readiness: Readiness,
    pub(crate) registry: Registry,
    pub(crate) levels: Arc<dyn LogLevels>,
}

impl AppControl {
    /// Creates the control of a router that starts now.
    pub(crate) fn new<H: Handler>(
        state: &AppState,
        server: &Server<H>,
        commands: CommandSender,
        readiness: Readiness,
        levels: Arc<dyn LogLevels>,
    ) -> Self {
        let process = Process::started_now();
        let start = StartFacts {
            at: process.started(),
            address: server.local_addr(),
            endpoints: server.endpoints(),
        };
        Self {
            registry: registry::of(state, readiness.clone(), process),
            state: state.clone(),
            start,
            commands,
            readiness,
            levels,
        }
    }

    fn send<T: Send + 'static>(
        &self,
        make: impl FnOnce(Reply<T>) -> ReconfigureCommand + Send + 'static,
    ) -> CommandFuture<T> {
        let commands = self.commands.clone();
        Box::pin(async move { reconfigure::send(&commands, make).await })
    }
}

impl AdminControl for AppControl {
    fn live(&self) -> HealthReport {
        HealthReport {
            problems: self.readiness.dead(),
            ..HealthReport::default()
        }
    }

    fn ready(&self) -> HealthReport {
        self.readiness.health()
    }

    fn metrics(&self) -> String {
        let mut text = String::with_capacity(16 << 10);
        // Writing to a `String` cannot fail, and no collector adds errors of its own.
        let _ = encode(&mut text, &self.registry);
        text
    }

    fn status(&self) -> RouterStatus {
        status::now(
            &self.state,
            &self.start,
            self.readiness.phases.now(),
            self.ready().problems,
        )
    }

    fn backends(&self, query: &BackendsQuery) -> Result<BackendsReport, CommandError> {
        backends::list(&self.state, query)
    }

    fn decisions(&self, limit: usize) -> Vec<Value> {
        self.state.handler.sinks().newest(limit)
    }

    fn explain(&self, question: Value) -> CommandFuture<Value> {
        let snapshot = self.state.handler.current();
        let active = self.state.active.load_full();
        Box::pin(async move { explain::answer(&snapshot, &active.assembly, question).await })
    }

    fn reload(&self) -> CommandFuture<ReloadReport> {
        self.send(ReconfigureCommand::Reload)
    }

    fn drain(&self) -> Result<(), CommandError> {
        self.readiness.phases.drain();
        Ok(())
    }

    fn drain_backend(&self, address: &str, drained: bool) -> CommandFuture<()> {
        let address = address.to_owned();
        self.send(move |reply| ReconfigureCommand::DrainBackend {
            address,
            drained,
            reply,
        })
    }

    fn maintain(&self, route: &str, maintenance: Option<Value>) -> CommandFuture<()> {
        let route = route.to_owned();
        self.send(move |reply| ReconfigureCommand::Maintain {
            route,
            maintenance,
            reply,
        })
    }

    fn start_recording(&self, plugin: &str, command: RecordingCommand) -> Result<(), CommandError> {
        recording::start(&self.state.active.load().assembly.chain, plugin, command)
    }

    fn recording(&self, plugin: &str) -> Result<Value, CommandError> {
        recording::state(self.state.active.load().assembly.chain.recording(plugin))
    }

    fn stop_recording(&self, plugin: &str) -> Result<Value, CommandError> {
        recording::state(
            self.state
                .active
                .load()
                .assembly
                .chain
                .stop_recording(plugin),
        )
    }

    fn refused(&self, refused: AccessRefusal) {
        self.state.handler.metrics().admin.count(refused);
    }

    fn log_level(&self) -> String {
        self.levels.now().to_owned()
    }

    fn set_log_level(&self, level: &str) -> Result<(), CommandError> {
        self.levels
            .set(level)
            .map_err(|message| CommandError::Invalid {
                message,
                mistakes: Vec::new(),
            })
    }
}
