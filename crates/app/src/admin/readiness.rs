//! Readiness for players, and liveness of the process.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_admin::{HealthProblem, HealthReport};
use hyrouter_metrics::{Desc, Exposition, Source};

use crate::lifecycle::CriticalTasks;
use crate::lifecycle::{Phase, Phases};
use crate::metrics::KeyHealth;
use crate::metrics::Metrics;
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
    const READY: Desc = Desc::gauge("hyrouter_ready", "1 while players should be sent here", &[]);
    const DRAINING: Desc = Desc::gauge(
        "hyrouter_draining",
        "1 from the moment that the router was asked to end",
        &[],
    );
    const DEAD: Desc = Desc::gauge(
        "hyrouter_dead_tasks",
        "Tasks that the router can not do without and that have died; a restart is the remedy",
        &[],
    );

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

impl Source for Readiness {
    fn descs(&self) -> &'static [Desc] {
        &[Self::READY, Self::DRAINING, Self::DEAD]
    }

    #[expect(clippy::cast_precision_loss, reason = "tasks are a handful")]
    fn collect(&self, into: &mut Exposition<'_, '_>) {
        into.flag(&Self::READY, self.health().is_ok());
        into.flag(&Self::DRAINING, self.phases.now() == Phase::Draining);
        into.gauge(&Self::DEAD, self.dead().len() as f64);
    }
}
