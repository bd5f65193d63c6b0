//! The sending end of a queue.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

use super::{Batches, DeliveryCounts, DeliveryTally};

/// Limits on the number of waiting items and on their wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Maximum number of items that wait beside the batch that is being sent; 0 counts as 1.
    pub room: usize,
    /// Maximum number of items in a batch; 0 counts as 1.
    pub most: usize,
    /// Maximum time that the first item of a batch waits for others.
    pub age: Duration,
}

/// Accepts items, as long as there is room, for a task that sends them.
#[derive(Debug)]
pub struct Queue<T> {
    items: mpsc::Sender<T>,
    closing: watch::Sender<bool>,
    tally: Arc<DeliveryTally>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl<T> Queue<T> {
    /// Starts a task on this runtime, which takes batches until the queue ends.
    pub fn open<F>(
        limits: BatchLimits,
        runtime: &Handle,
        work: impl FnOnce(Batches<T>) -> F,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (items, waiting) = mpsc::channel(limits.room.clamp(1, Semaphore::MAX_PERMITS));
        let (closing, closed) = watch::channel(false);
        let tally = Arc::new(DeliveryTally::default());
        let batches = Batches::new(waiting, closed, limits, Arc::clone(&tally));
        Self {
            items,
            closing,
            tally,
            task: Mutex::new(Some(runtime.spawn(work(batches)))),
        }
    }

    /// Queues an item if there is room. It counts as `count` items.
    pub fn record(&self, count: u64, item: impl FnOnce() -> T) {
        // Reserved first, so that no item is made for a full queue.
        let Ok(place) = self.items.try_reserve() else {
            self.tally.not_accepted(count);
            return;
        };
        let item = item();
        self.tally.accepted(count);
        place.send(item);
    }

    /// Returns whether the task runs. `false` before the queue is closed means that the task panicked.
    pub fn is_running(&self) -> bool {
        *self.closing.borrow() || !self.items.is_closed()
    }

    /// Returns the numbers of sent, lost and failed items.
    pub fn counts(&self) -> DeliveryCounts {
        self.tally.counts()
    }

    /// Sends the waiting items, then ends. Items that are not accepted within this time are counted as lost, and so are
    /// all items that are recorded from now on. Returns whether all were sent or dropped in time. Dropping a queue sends
    /// the waiting items too, without a time limit.
    pub async fn close(&self, timeout: Duration) -> bool {
        self.closing.send_replace(true);
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut task) = task else {
            return true;
        };
        let in_time = tokio::time::timeout(timeout, &mut task).await.is_ok();
        if !in_time {
            task.abort();
            let _ = task.await;
        }
        self.tally.give_up();
        in_time
    }
}
