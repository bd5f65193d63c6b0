//! All metrics of the process.

use std::sync::Arc;

use hyrouter_metrics::{Desc, Exposition, Registry, Source};

use crate::metrics::Metrics;

/// Registers everything that is counted, connections first.
pub(crate) fn of(metrics: &Metrics, others: impl IntoIterator<Item = Arc<dyn Source>>) -> Registry {
    let sources = metrics.sources().into_iter().chain(others);
    Registry::new(sources.chain([Arc::new(Build) as _]))
}

/// Version of the build, as a metric.
#[derive(Debug)]
struct Build;

impl Build {
    const INFO: Desc = Desc::gauge(
        "hyrouter_build_info",
        "1, with the version of the router",
        &["version"],
    );
}

impl Source for Build {
    fn descs(&self) -> &'static [Desc] {
        &[Self::INFO]
    }

    fn collect(&self, into: &mut Exposition<'_, '_>) {
        into.gauges(&Self::INFO, [([env!("CARGO_PKG_VERSION")], 1.0)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::Readiness;
    use crate::lifecycle::CriticalTasks;
    use crate::lifecycle::Phases;
    use crate::observe::sinks::DecisionSinks;
    use crate::observe::traces::Traces;
    use crate::reconfigure::ReloadHistory;

    #[tokio::test]
    async fn the_page_lists_all_metrics() {
        let settings = hyrouter_config::Settings::built_in();
        let sinks = DecisionSinks::open(&settings.logging, true, Traces::default()).unwrap();
        let (metrics, sinks) = (Metrics::default(), Arc::new(sinks));
        let readiness = Readiness {
            phases: Phases::starting(),
            critical_tasks: CriticalTasks::default(),
            metrics: metrics.clone(),
            sinks: Arc::clone(&sinks),
        };
        let others: [Arc<dyn Source>; 4] = [
            Arc::new(readiness),
            Arc::new(ReloadHistory::starting_with(
                String::new(),
                hyrouter_config::Checks::default(),
            )),
            sinks,
            Arc::new(hyrouter_metrics::Process::started_now()),
        ];
        let table = of(&metrics, others).table();
        let page = include_str!("../../../../docs/metrics.md");
        assert!(
            page.contains(&table),
            "docs/metrics.md should have this table:\n{table}"
        );
    }
}
