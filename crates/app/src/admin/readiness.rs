//! Readiness for players, and liveness of the process.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_admin::{HealthProblem, HealthReport};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use crate::lifecycle::{CriticalTasks, Phase, Phases};
use crate::metrics::encode::EncodeMetrics as _;
use crate::metrics::{KeyHealth, Metrics};
use crate::observe::sinks::DecisionSinks;

/// Sources of the answers to `/livez` and `/readyz`.
#[derive(Debug, Clone)]
pub(crate) struct Readiness {
    pub(crate) phases: Phases,
    pub(crate) critical_tasks: CriticalTasks,
    pub(crate) metrics: Metrics,
    pub(crate) sinks: Arc<DecisionSinks>,
}

impl Readiness {
    /// Returns the reasons to replace the process.
    pub(crate) fn dead(&self) -> Vec<HealthProblem> {
        let mut problems = self.critical_tasks.problems();
        let gone = self.sinks.dead().into_iter();
        problems.extend(gone.map(|part| problem(part, "ended unexpectedly; restart the router")));
        problems
    }

    /// Returns the reasons to send no players here, and warnings of reasons that may follow.
    pub(crate) fn health(&self) -> HealthReport {
        let mut problems = self.dead();
        let mut warnings = Vec::new();
        match self.phases.now() {
            Phase::Starting => problems.push(problem("listen", "the router is starting")),
            Phase::Draining => problems.push(problem("drain", "the router is draining")),
            Phase::Serving if self.metrics.connections.status().draining => {
                problems.push(problem(
                    "listen",
                    "an endpoint was lost; the router is stopping",
                ));
            }
            Phase::Serving => {}
        }
        match self.metrics.keys.health(SystemTime::now()) {
            KeyHealth::Good => {}
            KeyHealth::Warning(text) => warnings.push(problem("identity.jwks", &text)),
            KeyHealth::Failing(text) => problems.push(problem("identity.jwks", &text)),
        }
        HealthReport { problems, warnings }
    }
}

fn problem(part: &str, problem: &str) -> HealthProblem {
    HealthProblem {
        part: part.to_owned(),
        problem: problem.to_owned(),
    }
}

impl Collector for Readiness {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        encoder.flag(
            "ready",
            "1 while players should be sent here",
            self.health().is_ok(),
        )?;
        encoder.flag(
            "draining",
            "1 after the router was asked to shut down",
            self.phases.now() == Phase::Draining,
        )?;
        encoder.gauge(
            "dead_tasks",
            "Tasks that the router cannot work without and that have ended. A restart is the remedy",
            self.dead().len(),
        )
    }
}
