//! The end of a queue that is filled.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

use super::{Batches, DeliveryCounts, DeliveryTally};

/// How much waits, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// How many may wait beside the batch that is being sent. None is taken for one.
    pub room: usize,
    /// How many are in a batch at most. None is taken for one.
    pub most: usize,
    /// How long the first of a batch waits for others.
    pub age: Duration,
}

/// Takes what is recorded, as long as there is room, for a task that sends it.
#[derive(Debug)]
pub struct Queue<T> {
    items: mpsc::Sender<T>,
    closing: watch::Sender<bool>,
    tally: Arc<DeliveryTally>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl<T> Queue<T> {
    /// Starts a task on that runtime, which is to take batches until there are no more.
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

    /// Queues one, if there is room. It counts as `count`, whatever becomes of it.
    pub fn record(&self, count: u64, item: impl FnOnce() -> T) {
        // Whoever finds the queue full has nothing to make for it.
        let Ok(place) = self.items.try_reserve() else {
            self.tally.not_accepted(count);
            return;
        };
        let item = item();
        self.tally.accepted(count);
        place.send(item);
    }

    /// Whether somebody sends. False when the task that does has ended though nobody told it to, by a panic above all.
    pub fn is_at_work(&self) -> bool {
        *self.closing.borrow() || !self.items.is_closed()
    }

    /// How it fares.
    pub fn counts(&self) -> DeliveryCounts {
        self.tally.counts()
    }

    /// Sends what waits, and ends. What is not taken within this time is lost and counted, and so is all that is
    /// recorded from now on. Whether all was sent, or dropped, in time. A queue that is dropped sends what waits too,
    /// but nobody knows how long that takes.
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
