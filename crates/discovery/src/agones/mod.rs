//! Game servers of Agones: all of them are observed, or one is allocated per player.

mod address;
mod allocate;
mod backend;
mod game_server;
mod status;

use std::sync::Arc;

use self::allocate::{AgonesAllocator, KubernetesApi, OpenAttempts, allocation_namespace};
use self::backend::BackendRules;
use self::game_server::GameServer;
use crate::cluster::{Cluster, Collection, Collections, Contribution};
use crate::{
    AgonesMode, AgonesSettings, Allocator, Follow, Provider, ProviderError, Publisher, Selector,
};

/// Follows the game servers of a cluster.
#[derive(Debug)]
pub(crate) struct AgonesProvider {
    settings: AgonesSettings,
    cluster: Arc<Cluster>,
    allocation: Option<Allocation>,
}

/// The allocator, and its requests in progress.
#[derive(Debug)]
struct Allocation {
    allocator: Arc<AgonesAllocator>,
    attempts: Arc<OpenAttempts>,
}

impl AgonesProvider {
    /// Creates a provider with this name.
    ///
    /// # Errors
    /// A selector of an allocation compares numbers.
    pub(crate) fn new(name: &str, settings: &AgonesSettings) -> Result<Self, ProviderError> {
        let cluster = Arc::new(Cluster::new(settings.kubeconfig.clone()));
        let allocation = match &settings.mode {
            AgonesMode::Observe => None,
            AgonesMode::Allocate(allocation) => {
                allocate::check(settings, allocation, &Selector::default()).map_err(|problem| {
                    ProviderError::Setting {
                        key: "selector.labels",
                        problem,
                    }
                })?;
                let api = KubernetesApi::new(Arc::clone(&cluster), allocation_namespace(settings));
                let attempts = Arc::<OpenAttempts>::default();
                let allocator =
                    AgonesAllocator::new(name, settings, allocation, api, Arc::clone(&attempts));
                Some(Allocation {
                    allocator: Arc::new(allocator),
                    attempts,
                })
            }
        };
        Ok(Self {
            settings: settings.clone(),
            cluster,
            allocation,
        })
    }

    /// Returns the namespaces to follow; `None` for all.
    fn namespaces(&self) -> Vec<Option<&str>> {
        if self.allocation.is_some() {
            return vec![Some(allocation_namespace(&self.settings))];
        }
        match self.settings.namespaces.as_slice() {
            [] => vec![None],
            some => some.iter().map(|name| Some(name.as_str())).collect(),
        }
    }
}

impl Provider for AgonesProvider {
    fn follow(&self, publisher: Publisher) -> Follow {
        let attempts = self
            .allocation
            .as_ref()
            .map(|allocation| &allocation.attempts);
        let mut followed = Vec::new();
        for namespace in self.namespaces() {
            let collection = Collection::new("agones.dev", "v1", "gameservers")
                .within(namespace)
                .labeled(self.settings.selector.labels.as_str());
            followed.push((
                collection,
                BackendRules::new(&self.settings),
                attempts.cloned(),
            ));
        }
        let (cluster, max_backends) = (Arc::clone(&self.cluster), publisher.max_backends());
        // The tasks of the collections start with this one, on its runtime.
        Box::pin(async move {
            let mut parts = Collections::new(cluster, max_backends);
            for (collection, rules, attempts) in followed {
                let Some(attempts) = attempts else {
                    parts.follow(collection, move |server: &GameServer| server.found(&rules));
                    continue;
                };
                parts.follow(collection, move |server: &GameServer| {
                    server.report(&rules, &attempts);
                    Contribution::Nothing
                });
            }
            parts.publish(publisher).await;
        })
    }

    fn allocator(&self) -> Option<Arc<dyn Allocator>> {
        let allocation = self.allocation.as_ref()?;
        Some(Arc::<AgonesAllocator>::clone(&allocation.allocator))
    }
}
