//! All metrics of the process.

use std::sync::Arc;

use hyrouter_metrics::{Desc, Exposition, Registry, Source};

use crate::counts::Counts;

/// Everything that is counted, those of connections first.
pub(super) fn of(counts: &Counts, others: impl IntoIterator<Item = Arc<dyn Source>>) -> Registry {
    let build: Arc<dyn Source> = Arc::new(Build);
    let sources = counts.sources().into_iter().chain(others);
    Registry::new(sources.chain([build]))
}

/// Which build it is.
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
    use crate::history::History;
    use crate::operate::{Phases, Readiness};
    use crate::sinks::Sinks;
    use crate::supervised::Supervisor;
    use crate::traces::Traces;

    #[tokio::test]
    async fn the_page_lists_all_metrics() {
        let settings = hyrouter_config::Settings::built_in();
        let sinks = Sinks::open(&settings.logging, true, Traces::default()).unwrap();
        let (counts, sinks) = (Counts::default(), Arc::new(sinks));
        let readiness = Readiness {
            phases: Phases::starting(),
            supervisor: Supervisor::default(),
            counts: counts.clone(),
            sinks: Arc::clone(&sinks),
        };
        let others: [Arc<dyn Source>; 4] = [
            Arc::new(readiness),
            Arc::new(History::starting_with(
                String::new(),
                hyrouter_config::Checks::default(),
            )),
            sinks,
            Arc::new(hyrouter_metrics::Process::started_now()),
        ];
        let table = of(&counts, others).table();
        let page = include_str!("../../../../docs/metrics.md");
        assert!(
            page.contains(&table),
            "docs/metrics.md should have this table:\n{table}"
        );
    }
}
