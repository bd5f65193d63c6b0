//! How many calls of a plugin run and wait.

use std::sync::Arc;

use hyrouter_plugin_api::PluginError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::settings::Settings;

/// Lets so many calls run, so many more wait, and refuses the rest.
#[derive(Debug)]
pub(crate) struct Gate {
    limits: Limits,
    /// One for each call that runs or waits.
    places: Arc<Semaphore>,
    /// One for each call that runs.
    slots: Arc<Semaphore>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limits {
    slots: usize,
    places: usize,
}

impl Gate {
    pub(crate) fn new(settings: &Settings) -> Self {
        let limits = Limits::of(settings);
        Self {
            limits,
            places: Arc::new(Semaphore::new(limits.places)),
            slots: Arc::new(Semaphore::new(limits.slots)),
        }
    }

    pub(crate) fn has_limits_of(&self, settings: &Settings) -> bool {
        self.limits == Limits::of(settings)
    }

    /// A place in the queue, or a refusal when it is full.
    pub(crate) fn enter(&self) -> Result<Place, PluginError> {
        let limit = self.limits.places;
        let permit = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| PluginError::Overloaded { limit })?;
        Ok(Place {
            slots: Arc::clone(&self.slots),
            limit,
            _permit: permit,
        })
    }

    pub(crate) fn running(&self) -> usize {
        self.limits.slots - self.slots.available_permits()
    }

    pub(crate) fn waiting(&self) -> usize {
        let entered = self.limits.places - self.places.available_permits();
        entered.saturating_sub(self.running())
    }
}

impl Limits {
    fn of(settings: &Settings) -> Self {
        let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let slots = size(settings.max_concurrency.get());
        let places = slots.saturating_add(size(settings.max_queue));
        Self {
            slots: slots.min(Semaphore::MAX_PERMITS),
            places: places.min(Semaphore::MAX_PERMITS),
        }
    }
}

/// A place in the queue; given back on drop.
#[derive(Debug)]
pub(crate) struct Place {
    slots: Arc<Semaphore>,
    limit: usize,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    /// Waits for the turn. First come, first served.
    pub(crate) async fn turn(&self) -> Result<impl Drop + use<>, PluginError> {
        // The semaphore is never closed; were it, nothing could run.
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        slot.map_err(|_| PluginError::Overloaded { limit: self.limit })
    }
}
