//! One provider with its feed.

use std::sync::{Arc, Mutex, PoisonError};

use hyrouter_discovery::{
    Allocator, Feed, Provider, ProviderError, ProviderSettings, Publisher, feed, provider,
};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::{SourceView, Trigger};
use crate::lifecycle::CriticalTasks;

/// A provider of a configuration. Its task ends when the last configuration that has it is dropped.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) settings: ProviderSettings,
    pub(crate) feed: Feed,
    provider: Box<dyn Provider>,
    /// The publisher until the provider is started.
    idle: Mutex<Option<Publisher>>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Source {
    /// Makes a provider that is not started yet.
    pub(crate) fn open(settings: &ProviderSettings) -> Result<Self, ProviderError> {
        let (publisher, feed) = feed(settings.name.as_str(), settings.max_backends);
        Ok(Self {
            provider: provider(settings)?,
            settings: settings.clone(),
            feed,
            idle: Mutex::new(Some(publisher)),
            tasks: Mutex::default(),
        })
    }

    /// Takes the leases of a provider over that this one replaces. Other providers find their backends again.
    #[cfg_attr(
        not(feature = "push"),
        expect(clippy::unused_self, reason = "as in a build with the feature")
    )]
    pub(crate) fn take_over(&self, previous: &Self) {
        #[cfg(feature = "push")]
        if let (Some(push), Some(before)) = (self.push(), previous.push()) {
            push.take_over(&before);
        }
        #[cfg(not(feature = "push"))]
        let _ = previous;
    }

    /// Returns the access of requests, if backends register themselves with the provider.
    #[cfg(feature = "push")]
    pub(crate) fn push(&self) -> Option<hyrouter_discovery::push::PushHandle> {
        self.provider.push()
    }

    /// Starts the provider unless it runs. Its changes fire `trigger`. Returns whether this started it.
    pub(crate) fn start(
        &self,
        critical_tasks: &CriticalTasks,
        services: &Handle,
        trigger: &Trigger,
    ) -> bool {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(publisher) = idle else {
            return false;
        };
        let mut feed = self.feed.clone();
        let trigger = trigger.clone();
        let forward = services.spawn(async move {
            while feed.changed().await {
                trigger.fire();
            }
        });
        let follow = self.provider.follow(publisher);
        let follow = critical_tasks.spawn_on(services, "discovery provider", follow);
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.extend([follow, forward.abort_handle()]);
        true
    }

    /// Returns what allocates backends of the source; none if the source only lists them.
    pub(crate) fn allocator(&self) -> Option<Arc<dyn Allocator>> {
        self.provider.allocator()
    }

    /// Returns what the source gives now.
    pub(crate) fn view(&self) -> SourceView {
        let state = self.feed.now();
        let age = self.feed.age();
        let longest = self.settings.max_staleness;
        let is_old = longest.is_some_and(|longest| age.is_some_and(|age| age > longest));
        // A source that answers is not too old, however rarely it is asked.
        SourceView {
            is_stale: is_old && state.error.is_some(),
            state,
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        let tasks = self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner);
        for task in tasks {
            task.abort();
        }
    }
}
