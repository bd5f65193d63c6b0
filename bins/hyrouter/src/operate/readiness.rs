//! Whether players should be sent here, and whether the process is whole.

use std::sync::Arc;

use hyrouter_admin::Problem;
use hyrouter_metrics::{Desc, Exposition, Source};

use super::phase::{Phase, Phases};
use crate::counts::Counts;
use crate::sinks::Sinks;
use crate::supervised::Supervisor;

/// Everything that the answers to `/livez` and `/readyz` rest on.
#[derive(Debug, Clone)]
pub(crate) struct Readiness {
    pub(crate) phases: Phases,
    pub(crate) supervisor: Supervisor,
    pub(crate) counts: Counts,
    pub(crate) sinks: Arc<Sinks>,
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

    /// Why the process should be replaced.
    pub(crate) fn dead(&self) -> Vec<Problem> {
        let mut problems = self.supervisor.problems();
        let gone = self.sinks.dead().into_iter();
        problems.extend(gone.map(|part| problem(part, "it has ended; restart the router")));
        problems
    }

    /// Why no players should be sent here.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.dead();
        match self.phases.now() {
            Phase::Starting => problems.push(problem("listen", "the router has no port yet")),
            Phase::Draining => problems.push(problem("drain", "the router was asked to end")),
            Phase::Serving if self.counts.connections.status().draining => {
                problems.push(problem("listen", "an endpoint was lost; the router ends"));
            }
            Phase::Serving => {}
        }
        if self.counts.keys.are_missing() {
            let text = "there are no keys to verify players with, so that all are refused";
            problems.push(problem("identity.jwks", text));
        }
        problems
    }
}

fn problem(part: &str, problem: &str) -> Problem {
    Problem {
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
        into.flag(&Self::READY, self.problems().is_empty());
        into.flag(&Self::DRAINING, self.phases.now() == Phase::Draining);
        into.gauge(&Self::DEAD, self.dead().len() as f64);
    }
}
