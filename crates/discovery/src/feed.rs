//! The way from a provider to its readers: complete sets, published and read without waiting.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyrouter_text::shown;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::{DiscoveredBackend, EntryProblem};

/// Default of the maximum number of backends of a provider.
pub const DEFAULT_MAX_BACKENDS: usize = 10_000;
/// Maximum number of problems that are kept, and of those that are logged at a time.
const MAX_PROBLEMS: usize = 100;
const LOGGED_PROBLEMS: usize = 5;

/// State that a provider has published last.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SourceState {
    /// The backends, in the order of the source.
    pub backends: Arc<[DiscoveredBackend]>,
    /// `true` once a complete set was published.
    pub is_synced: bool,
    /// The failure of the last attempt to reach the source; none when it succeeded.
    pub error: Option<Arc<str>>,
    /// Entries of the source that cannot be used, at most 100.
    pub problems: Arc<[EntryProblem]>,
    /// Number of entries that cannot be used.
    pub unusable: usize,
    /// Number of backends beyond the maximum, which are left out.
    pub dropped: usize,
}

/// Creates a feed for a provider of this name. Backends beyond `max_backends` are dropped.
pub fn feed(provider: impl Into<Arc<str>>, max_backends: usize) -> (Publisher, Feed) {
    let (sender, receiver) = watch::channel(Arc::default());
    let contact = Arc::new(Contact::default());
    let publisher = Publisher {
        provider: provider.into(),
        max_backends,
        state: sender,
        contact: Arc::clone(&contact),
    };
    let state = receiver;
    (publisher, Feed { state, contact })
}

/// Contact with a source. Kept apart from the state: it changes often, and wakes no reader.
#[derive(Debug, Default)]
struct Contact {
    last: Mutex<Option<Instant>>,
    failures: AtomicU64,
}

impl Contact {
    fn now(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn age(&self) -> Option<Duration> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|last| last.elapsed())
    }
}

/// The writing end of a feed.
#[derive(Debug)]
pub struct Publisher {
    provider: Arc<str>,
    max_backends: usize,
    state: watch::Sender<Arc<SourceState>>,
    contact: Arc<Contact>,
}

impl Publisher {
    /// Returns the name of the provider.
    pub fn provider(&self) -> &Arc<str> {
        &self.provider
    }

    /// Returns the maximum number of backends, so that a provider can stop reading there.
    pub fn max_backends(&self) -> usize {
        self.max_backends
    }

    /// Publishes the complete set of a source, in a stable order, with the entries that cannot be used.
    ///
    /// Drops backends that break a limit, repeat an id, or are beyond the maximum, and reports them. Readers are woken
    /// only if something changed.
    pub fn publish(
        &self,
        backends: impl IntoIterator<Item = DiscoveredBackend>,
        problems: impl IntoIterator<Item = EntryProblem>,
    ) {
        self.publish_set(backends, problems, None);
    }

    /// As [`publish`](Self::publish), for a source of which a part failed. The set has what that part had last; the text
    /// is treated as by [`fail`](Self::fail).
    pub fn publish_partial(
        &self,
        backends: impl IntoIterator<Item = DiscoveredBackend>,
        problems: impl IntoIterator<Item = EntryProblem>,
        error: impl fmt::Display,
    ) {
        self.publish_set(backends, problems, Some(shown(error).to_string().into()));
    }

    fn publish_set(
        &self,
        backends: impl IntoIterator<Item = DiscoveredBackend>,
        problems: impl IntoIterator<Item = EntryProblem>,
        error: Option<Arc<str>>,
    ) {
        let mut set = UsableSet::new(self.max_backends);
        problems.into_iter().for_each(|problem| set.report(problem));
        backends.into_iter().for_each(|backend| set.add(backend));
        self.contact.now();
        let before = Arc::clone(&self.state.borrow());
        let state = SourceState {
            backends: set.backends.into(),
            is_synced: true,
            error,
            problems: set.problems.into(),
            unusable: set.unusable,
            dropped: set.dropped,
        };
        self.log(&before, &state);
        self.replace(&before, state);
    }

    /// Reports that the source was contacted and has not changed.
    pub fn confirm(&self) {
        let before = Arc::clone(&self.state.borrow());
        // Before the first set there is nothing to confirm.
        if !before.is_synced {
            return;
        }
        self.contact.now();
        if before.error.is_some() {
            let state = SourceState {
                error: None,
                ..SourceState::clone(&before)
            };
            self.log(&before, &state);
            self.replace(&before, state);
        }
    }

    /// Reports that the source cannot be reached or understood. The last set stays in use. The text is logged when it
    /// changes; its control characters are escaped.
    pub fn fail(&self, error: impl fmt::Display) {
        self.contact.failures.fetch_add(1, Ordering::Relaxed);
        let before = Arc::clone(&self.state.borrow());
        let error: Arc<str> = shown(error).to_string().into();
        if before.error.as_ref() == Some(&error) {
            return;
        }
        let provider = &*self.provider;
        if before.is_synced {
            tracing::warn!(
                provider,
                error = &*error,
                "discovery provider failed; its last backends stay in use"
            );
        } else {
            tracing::warn!(
                provider,
                error = &*error,
                "discovery provider failed; it has no backends yet"
            );
        }
        let state = SourceState {
            error: Some(error),
            ..SourceState::clone(&before)
        };
        self.replace(&before, state);
    }

    fn replace(&self, before: &SourceState, state: SourceState) {
        if !before.is_same(&state) {
            self.state.send_replace(Arc::new(state));
        }
    }

    fn log(&self, before: &SourceState, now: &SourceState) {
        let provider = &*self.provider;
        let backends = now.backends.len();
        if !before.is_synced {
            tracing::info!(provider, backends, "discovery provider synced");
        } else if before.error.is_some() && now.error.is_none() {
            tracing::info!(provider, backends, "discovery provider recovered");
        }
        if let Some(error) = &now.error
            && now.error != before.error
        {
            tracing::warn!(
                provider,
                error = &**error,
                "part of a discovery provider failed; its last backends stay in use"
            );
        }
        if now.problems != before.problems {
            for problem in now.problems.iter().take(LOGGED_PROBLEMS) {
                let EntryProblem { entry, problem } = problem;
                tracing::warn!(provider, entry, problem, "discovery: entry not used");
            }
            if now.unusable > LOGGED_PROBLEMS {
                let count = now.unusable - LOGGED_PROBLEMS;
                tracing::warn!(provider, count, "discovery: more entries not used");
            }
        }
        if now.dropped > before.dropped {
            let (dropped, max_backends) = (now.dropped, self.max_backends);
            tracing::warn!(
                provider,
                dropped,
                max_backends,
                "discovery provider has more backends than max_backends"
            );
        }
    }
}

impl SourceState {
    /// Returns this state with another result of the last attempt.
    #[must_use]
    pub fn failing(&self, error: Option<Arc<str>>) -> Self {
        Self {
            error,
            ..self.clone()
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.is_synced == other.is_synced
            && self.error == other.error
            && self.dropped == other.dropped
            && self.unusable == other.unusable
            && self.problems == other.problems
            && (Arc::ptr_eq(&self.backends, &other.backends) || self.backends == other.backends)
    }
}

/// The usable entries of a source, and the problems of the others.
struct UsableSet {
    max: usize,
    backends: Vec<DiscoveredBackend>,
    ids: BTreeSet<Arc<str>>,
    problems: Vec<EntryProblem>,
    unusable: usize,
    dropped: usize,
}

impl UsableSet {
    fn new(max: usize) -> Self {
        Self {
            max,
            backends: Vec::new(),
            ids: BTreeSet::new(),
            problems: Vec::new(),
            unusable: 0,
            dropped: 0,
        }
    }

    fn report(&mut self, problem: EntryProblem) {
        self.unusable += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn add(&mut self, backend: DiscoveredBackend) {
        if let Some(problem) = backend.problem() {
            self.report(EntryProblem::new(&backend.id, problem));
        } else if self.backends.len() == self.max {
            self.dropped += 1;
        } else if self.ids.insert(Arc::clone(&backend.id)) {
            self.backends.push(backend);
        } else {
            let problem = "its id is used twice; the first entry counts";
            self.report(EntryProblem::new(&backend.id, problem));
        }
    }
}

/// The reading end of a feed.
#[derive(Debug, Clone)]
pub struct Feed {
    state: watch::Receiver<Arc<SourceState>>,
    contact: Arc<Contact>,
}

impl Feed {
    /// Returns what was published last. Never waits.
    pub fn now(&self) -> Arc<SourceState> {
        Arc::clone(&self.state.borrow())
    }

    /// Returns the time since the last contact with the source; none before the first set.
    pub fn age(&self) -> Option<Duration> {
        self.contact.age()
    }

    /// Returns the number of failed attempts to reach or understand the source.
    pub fn failures(&self) -> u64 {
        self.contact.failures.load(Ordering::Relaxed)
    }

    /// Waits for a state that was not read yet by this method, and marks it as read. Returns `false` when the provider
    /// is gone.
    pub async fn changed(&mut self) -> bool {
        self.state.changed().await.is_ok()
    }

    /// Waits until the provider has synced or failed, and returns its state then.
    pub async fn first(&mut self) -> Arc<SourceState> {
        let is_known = |state: &Arc<SourceState>| state.is_synced || state.error.is_some();
        // An error means that the provider is gone. What it published last remains.
        let _ = self.state.wait_for(is_known).await;
        self.now()
    }
}

#[cfg(test)]
mod tests;
