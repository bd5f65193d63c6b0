//! The router as the admin server sees it.

use std::fmt;
use std::sync::Arc;

use hyrouter_admin::{
    AccessRefusal, AdminControl, CommandError, CommandFuture, HealthReport, ReloadReport,
    RouterStatus,
};
use hyrouter_metrics::Registry;
use serde_json::Value;
use tokio::sync::oneshot;

use super::readiness::Readiness;
use super::status;
use crate::admin::explain;
use crate::reconfigure::{Command, CommandSender, Running};

/// The level of log lines, which can be changed while the router runs.
pub trait LogLevels: fmt::Debug + Send + Sync {
    /// Returns the level of the moment.
    fn now(&self) -> &'static str;

    /// Changes it.
    ///
    /// # Errors
    /// It is none of the levels.
    fn set(&self, level: &str) -> Result<(), String>;
}

/// What operators see and order.
#[derive(Debug)]
pub(crate) struct AppControl {
    pub(crate) running: Running,
    pub(crate) commands: CommandSender,
    pub(crate) readiness: Readiness,
    pub(crate) registry: Registry,
    pub(crate) levels: Arc<dyn LogLevels>,
}

impl AppControl {
    /// Has something done by the conductor.
    fn send<T: Send + 'static>(
        &self,
        make: impl FnOnce(oneshot::Sender<Result<T, CommandError>>) -> Command,
    ) -> CommandFuture<T> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.try_send(make(reply));
        Box::pin(async move {
            sent.map_err(|_| CommandError::failed("too many commands wait; try again"))?;
            let gone = |_| CommandError::failed("the router could not do it; its log says why");
            answer.await.map_err(gone)?
        })
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
        self.registry.text()
    }

    fn status(&self) -> RouterStatus {
        status::now(
            &self.running,
            self.readiness.phases.now(),
            self.ready().problems,
        )
    }

    fn decisions(&self, limit: usize) -> Vec<Value> {
        self.running.sinks.newest(limit)
    }

    fn explain(&self, question: Value) -> CommandFuture<Value> {
        let snapshot = self.running.live.current();
        let active = self.running.active.load_full();
        Box::pin(
            async move { explain::answer(&snapshot, &active.assembly.settings, question).await },
        )
    }

    fn reload(&self) -> CommandFuture<ReloadReport> {
        self.send(Command::Reload)
    }

    fn drain(&self) -> Result<(), CommandError> {
        self.readiness.phases.drain();
        Ok(())
    }

    fn drain_backend(&self, address: &str, drained: bool) -> CommandFuture<()> {
        let address = address.to_owned();
        self.send(|reply| Command::DrainBackend {
            address,
            drained,
            reply,
        })
    }

    fn maintain(&self, route: &str, maintenance: Option<Value>) -> CommandFuture<()> {
        let route = route.to_owned();
        self.send(|reply| Command::Maintain {
            route,
            maintenance,
            reply,
        })
    }

    fn refused(&self, refused: AccessRefusal) {
        self.running.live.metrics().admin.count(refused);
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
