//! The queue of calls to one plugin.

use std::sync::Arc;

use hyrouter_plugin_api::PluginError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::settings::ChainSettings;

/// Bounds the numbers of running and waiting calls, and refuses calls beyond them.
#[derive(Debug)]
pub(crate) struct CallQueue {
    limits: QueueLimits,
    /// One permit for each call that runs or waits.
    places: Arc<Semaphore>,
    /// One permit for each call that runs.
    slots: Arc<Semaphore>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct QueueLimits {
    slots: usize,
    places: usize,
}

impl CallQueue {
    pub(crate) fn new(settings: &ChainSettings) -> Self {
        let limits = QueueLimits::of(settings);
        Self {
            limits,
            places: Arc::new(Semaphore::new(limits.places)),
            slots: Arc::new(Semaphore::new(limits.slots)),
        }
    }

    pub(crate) fn has_limits_of(&self, settings: &ChainSettings) -> bool {
        self.limits == QueueLimits::of(settings)
    }

    /// Takes a place in the queue.
    ///
    /// # Errors
    /// The queue is full.
    pub(crate) fn enter(&self) -> Result<QueuePlace, PluginError> {
        let limit = self.limits.places;
        let permit = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| PluginError::Overloaded { limit })?;
        Ok(QueuePlace {
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

impl QueueLimits {
    fn of(settings: &ChainSettings) -> Self {
        let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let slots = size(settings.max_concurrency.get());
        let places = slots.saturating_add(size(settings.max_queue));
        Self {
            slots: slots.min(Semaphore::MAX_PERMITS),
            places: places.min(Semaphore::MAX_PERMITS),
        }
    }
}

/// A place in the queue, given back on drop.
#[derive(Debug)]
pub(crate) struct QueuePlace {
    slots: Arc<Semaphore>,
    limit: usize,
    _permit: OwnedSemaphorePermit,
}

impl QueuePlace {
    /// Waits for the turn, in the order of arrival.
    pub(crate) async fn turn(&self) -> Result<impl Drop + use<>, PluginError> {
        // The semaphore is never closed, so this is no error in practice.
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        slot.map_err(|_| PluginError::Overloaded { limit: self.limit })
    }
}
