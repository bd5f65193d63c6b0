//! The providers of a configuration.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_config::{DiscoverySettings, Problem};
use hyrouter_discovery::{Allocator, ProviderError, SourceSettings};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{DiscoveryView, Source, Trigger};
use crate::build::Assembly;
use crate::build::findings::Findings;
use crate::lifecycle::CriticalTasks;

/// Providers by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct DiscoverySources(BTreeMap<String, Arc<Source>>);

impl DiscoverySources {
    /// Makes the providers of a configuration. Takes those of `previous` whose settings are the same, with their state.
    /// Contacts nothing.
    pub(crate) fn open(
        settings: &DiscoverySettings,
        previous: Option<&Assembly>,
        findings: &mut Findings,
    ) -> Self {
        let mut sources = BTreeMap::new();
        for (index, settings) in settings.providers.iter().enumerate() {
            let earlier = previous.and_then(|previous| previous.sources.0.get(&settings.name));
            let source = if let Some(same) = earlier.filter(|one| one.settings == *settings) {
                Some(Arc::clone(same))
            } else {
                let opened = Source::open(settings).map(Arc::new);
                let section = settings.source.as_str();
                findings.keep(opened.map_err(|error| problem(index, section, &error)))
            };
            sources.extend(source.map(|source| (settings.name.clone(), source)));
        }
        Self(sources)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Source>> {
        self.0.get(name)
    }

    /// Returns the providers in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.0.values()
    }

    /// Lets providers that are not started yet take the state of those over that they replace.
    pub(crate) fn take_over(&self, previous: &Self) {
        for (name, source) in &self.0 {
            if let Some(previous) = previous.0.get(name) {
                source.take_over(previous);
            }
        }
    }

    /// Returns the access of requests to the providers that backends register themselves with.
    #[cfg(feature = "push")]
    pub(crate) fn pushes(&self) -> impl Iterator<Item = hyrouter_discovery::push::PushHandle> {
        self.iter().filter_map(|source| source.push())
    }

    /// Starts the providers that do not run yet. Returns them.
    pub(crate) fn start(
        &self,
        critical_tasks: &CriticalTasks,
        services: &Handle,
        trigger: &Trigger,
    ) -> Vec<Arc<Source>> {
        let started = self
            .iter()
            .filter(|source| source.start(critical_tasks, services, trigger));
        started.cloned().collect()
    }

    /// Returns what allocates backends of this provider; none if there is no such provider, or if it only lists them.
    pub(crate) fn allocator(&self, provider: &str) -> Option<Arc<dyn Allocator>> {
        self.0.get(provider)?.allocator()
    }

    /// Starts the providers outside of a router, and waits until each has synced or failed, at most `longest`. Leaves
    /// out those of type `push`: their backends and their state file belong to the running router.
    pub(crate) async fn contact(&self, longest: Duration) {
        let (critical_tasks, trigger) = (CriticalTasks::default(), Trigger::default());
        let started = self.iter().filter(|source| {
            let is_push = matches!(source.settings.source, SourceSettings::Push(_));
            !is_push && source.start(&critical_tasks, &Handle::current(), &trigger)
        });
        wait_for(started.cloned().collect(), longest).await;
    }

    /// Lets the providers store what must survive the end of the program, at most `longest`.
    pub(crate) async fn store(&self, longest: Duration) {
        let sources: Vec<_> = self.iter().cloned().collect();
        let storing = spawn_blocking(move || sources.iter().for_each(|source| source.store()));
        // A disk may hang. The program ends anyway.
        let _ = timeout(longest, storing).await;
    }

    /// Returns what all providers give now.
    pub(crate) fn view(&self) -> DiscoveryView {
        let sources = self.0.iter();
        DiscoveryView::new(sources.map(|(name, source)| (name.clone(), source.view())))
    }
}

/// Waits until these providers have synced or failed, at most `longest`.
pub(crate) async fn wait_for(sources: Vec<Arc<Source>>, longest: Duration) {
    let all = async {
        for source in sources {
            source.feed.clone().first().await;
        }
    };
    // Providers that take longer are used once they have synced.
    let _ = timeout(longest, all).await;
}

fn problem(index: usize, section: &str, error: &ProviderError) -> Problem {
    let provider = format!("discovery.providers[{index}]");
    match error {
        ProviderError::Setting { key, problem } => {
            Problem::new(format!("{provider}.{section}.{key}"), problem.clone())
        }
        other => Problem::new(format!("{provider}.type"), other.to_string()),
    }
}
