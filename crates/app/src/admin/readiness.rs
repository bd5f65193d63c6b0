//! Readiness for players, and liveness of the process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use arc_swap::ArcSwap;
use hyrouter_admin::{HealthProblem, HealthReport};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use crate::lifecycle::{CriticalTasks, Phase, Phases};
use crate::metrics::encode::EncodeMetrics as _;
use crate::metrics::{KeyHealth, Metrics};
use crate::observe::sinks::DecisionSinks;
use crate::reconfigure::Active;

/// Sources of the answers to `/livez` and `/readyz`.
#[derive(Debug, Clone)]
pub(crate) struct Readiness {
    pub(crate) phases: Phases,
    pub(crate) critical_tasks: CriticalTasks,
    pub(crate) metrics: Metrics,
    pub(crate) sinks: Arc<DecisionSinks>,
    pub(crate) active: Arc<ArcSwap<Active>>,
    pub(crate) started: Instant,
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
        let active = self.active.load();
        let discovery = &active.assembly.settings.discovery;
        let waits = self.started.elapsed() < discovery.startup_timeout;
        for (provider, text) in unusable_sources(&active) {
            let part = format!("discovery.providers.{provider}");
            if waits {
                problems.push(problem(&part, &text));
            } else {
                warnings.push(problem(&part, &text));
            }
        }
        HealthReport { problems, warnings }
    }
}

/// Returns the providers that pools use and that have no backends to use, with the reason.
fn unusable_sources(active: &Active) -> BTreeMap<&str, String> {
    let pools = active.assembly.settings.discovery.pools.iter();
    let needed = pools.flat_map(|pool| &pool.sources);
    let unusable = needed.filter_map(|needed| {
        let source = active.assembly.sources.get(&needed.provider)?;
        let view = source.view();
        let what = match (view.is_usable(), view.is_stale) {
            (true, _) => return None,
            (false, true) => "its backends are older than max_staleness",
            (false, false) => "it has not given its backends yet",
        };
        let why = view.state.error.as_deref();
        let text = why.map_or_else(|| what.to_owned(), |why| format!("{what}: {why}"));
        Some((needed.provider.as_str(), text))
    });
    unusable.collect()
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
