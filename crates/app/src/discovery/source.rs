//! One provider with its feed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyrouter_discovery::{
    Allocator, Feed, Provider, ProviderError, ProviderSettings, Publisher, SourceState, feed,
    provider,
};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::Instant;

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
    /// The last set of the provider that this one replaces, until its own first set.
    inherited: Mutex<Option<Inherited>>,
    tasks: Mutex<Vec<AbortHandle>>,
}

/// The last set of a provider that was replaced, and the time of its last contact.
#[derive(Debug)]
struct Inherited {
    state: Arc<SourceState>,
    contact: Instant,
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
            inherited: Mutex::default(),
            tasks: Mutex::default(),
        })
    }

    /// Takes the leases of a provider over that this one replaces, and its last set until its own first one: pools do not
    /// lose their backends if the source of a changed provider is slow or unreachable.
    pub(crate) fn take_over(&self, previous: &Self) {
        #[cfg(feature = "push")]
        if let (Some(push), Some(before)) = (self.push(), previous.push()) {
            push.take_over(&before);
            return;
        }
        let is_same_type = self.settings.source.as_str() == previous.settings.source.as_str();
        let (state, age) = previous.last();
        let contact = age.and_then(|age| Instant::now().checked_sub(age));
        if let Some(contact) = contact.filter(|_| is_same_type && !std::ptr::eq(self, previous)) {
            let inherited = Inherited { state, contact };
            *self
                .inherited
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(inherited);
        }
    }

    /// Returns the last set and its age: the inherited one before the first set of the provider.
    fn last(&self) -> (Arc<SourceState>, Option<Duration>) {
        let state = self.feed.now();
        let mut inherited = self
            .inherited
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if state.is_synced {
            *inherited = None;
        }
        match &*inherited {
            Some(Inherited {
                state: last,
                contact,
            }) => (
                Arc::new(last.failing(state.error.clone())),
                Some(contact.elapsed()),
            ),
            None => (state, self.feed.age()),
        }
    }

    /// Stores what must survive the end of the program. Blocks the thread.
    pub(crate) fn store(&self) {
        self.provider.store();
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
        let (state, age) = self.last();
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

#[cfg(test)]
#[cfg(feature = "discovery")]
mod tests;
