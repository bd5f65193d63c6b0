//! The collections of a provider, and the one set that they become.

use std::mem;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::listing::{Contribution, Listing, ObjectKey};
use super::merged::Merged;
use super::watch::{Read, Watch};
use super::{Cluster, ClusterObject, Collection};
use crate::Publisher;

/// Time that changes are gathered before the next set. The first change after a pause is published at once.
const GATHERING: Duration = Duration::from_millis(50);
/// Time that the first set waits for collections that have neither answered nor failed, once another one has.
const GRACE: Duration = Duration::from_secs(2);
/// Maximum number of failed collections that an error names.
const MAX_NAMED: usize = 3;

/// Collections that are followed at the same time. A collection that fails keeps its last objects and holds up no other.
pub(crate) struct Collections {
    cluster: Arc<Cluster>,
    max_backends: usize,
    parts: Vec<Arc<Part>>,
    tasks: JoinSet<()>,
    changed: Arc<Notify>,
}

/// State of one collection.
pub(super) struct Part {
    name: String,
    state: Mutex<PartState>,
    changed: Arc<Notify>,
}

#[derive(Default)]
struct PartState {
    /// None before the first list.
    listing: Option<Listing>,
    error: Option<String>,
    has_changed: bool,
    was_contacted: bool,
    has_failed: bool,
}

impl Part {
    fn state(&self) -> MutexGuard<'_, PartState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state after a contact with the server.
    fn update(&self, change: impl FnOnce(&mut PartState) -> bool) {
        let mut state = self.state();
        state.has_changed |= change(&mut state);
        state.error = None;
        state.was_contacted = true;
        drop(state);
        self.changed.notify_one();
    }

    /// Replaces all objects by those of a complete list.
    pub(super) fn replace(&self, listing: Listing) {
        self.update(|state| {
            state.listing = Some(listing);
            true
        });
    }

    /// Sets what an object gives.
    pub(super) fn set(&self, key: ObjectKey, found: Contribution) {
        self.update(|state| {
            let listing = state.listing.as_mut();
            listing.is_some_and(|listing| listing.set(key, found))
        });
    }

    /// Removes an object.
    pub(super) fn remove(&self, key: &ObjectKey) {
        self.update(|state| {
            let listing = state.listing.as_mut();
            listing.is_some_and(|listing| listing.remove(key))
        });
    }

    /// Reports that the server answers and nothing has changed.
    pub(super) fn contact(&self) {
        self.update(|_| false);
    }

    /// Reports a failure.
    pub(super) fn fail(&self, error: String) {
        let mut state = self.state();
        state.error = Some(error);
        state.has_failed = true;
        drop(state);
        self.changed.notify_one();
    }

    /// Returns whether objects that were cut off are missing now.
    pub(super) fn is_short(&self) -> bool {
        self.state().listing.as_ref().is_some_and(Listing::is_short)
    }
}

impl Collections {
    /// Creates the parts of a provider with at most this number of backends. It has no collections yet.
    pub(crate) fn new(cluster: Arc<Cluster>, max_backends: usize) -> Self {
        Self {
            cluster,
            max_backends,
            parts: Vec::new(),
            tasks: JoinSet::new(),
            changed: Arc::default(),
        }
    }

    /// Follows a collection. Its backends come after those of the collections before it. `read` returns what an object
    /// gives.
    pub(crate) fn follow<T: ClusterObject>(
        &mut self,
        collection: Collection,
        read: impl Fn(&T) -> Contribution + Send + Sync + 'static,
    ) {
        let part = Arc::new(Part {
            name: collection.to_string(),
            state: Mutex::default(),
            changed: Arc::clone(&self.changed),
        });
        self.parts.push(Arc::clone(&part));
        let (cluster, max_backends) = (Arc::clone(&self.cluster), self.max_backends);
        let read: Read<T> = Box::new(read);
        self.tasks.spawn(async move {
            let watch = Watch {
                cluster: &cluster,
                collection: &collection,
                part: &part,
                read: &read,
                max_backends,
            };
            watch.run().await;
        });
    }

    /// Publishes the backends of all collections as one set, without end.
    pub(crate) async fn publish(mut self, publisher: Publisher) {
        self.wait(None).await;
        let first = Instant::now();
        loop {
            self.publish_now(&publisher, first.elapsed() < GRACE);
            sleep(GATHERING).await;
            // The end of the grace is a reason to look again, too.
            self.wait(Some(GRACE)).await;
        }
    }

    /// Waits for a change, at most `longest`.
    ///
    /// # Panics
    ///
    /// A collection panicked. The provider ends by the same panic, so that its owner learns of it.
    async fn wait(&mut self, longest: Option<Duration>) {
        let changed = async {
            match longest {
                Some(longest) => drop(timeout(longest, self.changed.notified()).await),
                None => self.changed.notified().await,
            }
        };
        tokio::select! {
            () = changed => {}
            Some(Err(error)) = self.tasks.join_next() => resume_unwind(error.into_panic()),
        }
    }

    /// Publishes what has changed. `waits`: the first set waits for collections that have not answered.
    fn publish_now(&self, publisher: &Publisher, waits: bool) {
        let mut states: Vec<_> = self.parts.iter().map(|part| part.state()).collect();
        let open = states.iter().filter(|state| state.is_open()).count();
        if open == states.len() || (waits && open > 0) {
            return;
        }
        let mut errors = Vec::new();
        for (part, state) in self.parts.iter().zip(&states) {
            match &state.error {
                Some(error) => errors.push(error.clone()),
                None if state.is_open() => errors.push(format!("{}: no answer yet", part.name)),
                None => {}
            }
        }
        let (mut has_changed, mut was_contacted, mut has_failed) = (false, false, false);
        for state in &mut states {
            has_changed |= mem::take(&mut state.has_changed);
            was_contacted |= mem::take(&mut state.was_contacted);
            has_failed |= mem::take(&mut state.has_failed);
        }
        let works = errors.len() < states.len();
        let listings = states.iter().filter_map(|state| state.listing.as_ref());
        match joined(&errors) {
            None if has_changed => {
                let Merged { backends, problems } = Merged::of(listings);
                publisher.publish(backends, problems);
            }
            None if was_contacted => publisher.confirm(),
            Some(error) if has_changed || (was_contacted && works) => {
                let Merged { backends, problems } = Merged::of(listings);
                publisher.publish_partial(backends, problems, error);
            }
            Some(error) if has_failed => publisher.fail(error),
            _ => {}
        }
    }
}

impl PartState {
    /// Returns whether the first answer is open.
    fn is_open(&self) -> bool {
        self.listing.is_none() && self.error.is_none()
    }
}

/// Returns the errors as one text, if there are any.
fn joined(errors: &[String]) -> Option<String> {
    let named = errors.get(..MAX_NAMED).unwrap_or(errors).join("; ");
    match errors.len() {
        0 => None,
        count if count > MAX_NAMED => Some(format!("{named}; and {} more", count - MAX_NAMED)),
        _ => Some(named),
    }
}
