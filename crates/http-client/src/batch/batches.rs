//! The receiving end of a queue.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::{BatchLimits, DeliveryTally};

/// Waiting items of a [`Queue`](super::Queue), batch by batch. Belongs to the task that sends them.
#[derive(Debug)]
pub struct Batches<T> {
    queue: mpsc::Receiver<T>,
    closing: watch::Receiver<bool>,
    most: usize,
    age: Duration,
    tally: Arc<DeliveryTally>,
}

impl<T> Batches<T> {
    pub(super) fn new(
        queue: mpsc::Receiver<T>,
        closing: watch::Receiver<bool>,
        limits: BatchLimits,
        tally: Arc<DeliveryTally>,
    ) -> Self {
        Self {
            queue,
            closing,
            most: limits.most.max(1),
            age: limits.age,
            tally,
        }
    }

    /// Returns the counters that the task keeps.
    pub fn tally(&self) -> &DeliveryTally {
        &self.tally
    }

    /// Returns the next batch as soon as it is full or old enough, or the queue is closed; `None` when the queue has
    /// ended.
    pub async fn next(&mut self) -> Option<Vec<T>> {
        let mut batch = Vec::new();
        let mut is_closing = false;
        let mut oldest = Instant::now();
        while batch.len() < self.most {
            let room = self.most - batch.len();
            let wait = self.age.saturating_sub(oldest.elapsed());
            tokio::select! {
                biased;
                // Closed or dropped: the remaining items are still returned.
                _ = self.closing.wait_for(|&closing| closing), if !is_closing => {
                    is_closing = true;
                    self.queue.close();
                }
                more = self.queue.recv_many(&mut batch, room) => match more {
                    0 => break,
                    more if more == batch.len() => oldest = Instant::now(),
                    _ => {}
                },
                () = sleep(wait), if !batch.is_empty() => break,
            }
        }
        (!batch.is_empty()).then_some(batch)
    }
}
