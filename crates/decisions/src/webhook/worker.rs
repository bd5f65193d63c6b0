//! The task that posts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, sleep_until};

use super::backoff::{self, ATTEMPTS};
use super::post::{PostError, Receiver};
use crate::Decision;
use crate::counts::Tally;
use crate::notice::{LossNotice, Notice};

/// How long the first decision of a batch waits for others.
const AGE: Duration = Duration::from_secs(1);

pub(super) struct Worker {
    queue: mpsc::Receiver<Arc<Decision>>,
    closing: watch::Receiver<bool>,
    receiver: Receiver,
    most: usize,
    tally: Arc<Tally>,
    failures: Notice,
    losses: LossNotice,
}

impl Worker {
    pub(super) fn new(
        queue: mpsc::Receiver<Arc<Decision>>,
        closing: watch::Receiver<bool>,
        receiver: Receiver,
        most: usize,
        tally: Arc<Tally>,
    ) -> Self {
        Self {
            queue,
            closing,
            receiver,
            most,
            tally,
            failures: Notice::default(),
            losses: LossNotice::default(),
        }
    }

    pub(super) async fn run(mut self) {
        while let Some(batch) = self.next_batch().await {
            self.deliver(&batch).await;
        }
    }

    /// The next batch, as soon as it is full or old, or nothing more will come. None: it is over.
    async fn next_batch(&mut self) -> Option<Vec<Arc<Decision>>> {
        let mut batch = Vec::new();
        let mut is_closing = false;
        let mut due = tokio::time::Instant::now();
        while batch.len() < self.most {
            let room = self.most - batch.len();
            tokio::select! {
                biased;
                // Ended or dropped: what is in the queue is taken, and then there is nothing more.
                _ = self.closing.wait_for(|&closing| closing), if !is_closing => {
                    is_closing = true;
                    self.queue.close();
                }
                more = self.queue.recv_many(&mut batch, room) => match more {
                    0 => break,
                    more if more == batch.len() => due = tokio::time::Instant::now() + AGE,
                    _ => {}
                },
                () = sleep_until(due), if !batch.is_empty() => break,
            }
        }
        (!batch.is_empty()).then_some(batch)
    }

    async fn deliver(&mut self, batch: &[Arc<Decision>]) {
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        match self.send(batch).await {
            Ok(()) => self.tally.sent(count),
            Err(_) => self.tally.failed(count),
        }
        self.losses
            .tell("webhook", self.tally.lost(), Instant::now());
    }

    async fn send(&mut self, batch: &[Arc<Decision>]) -> Result<(), Dropped> {
        let body = Bytes::from(serde_json::to_vec(batch).map_err(|_| Dropped)?);
        let mut failures = 0;
        loop {
            let Err(error) = self.receiver.post(body.clone()).await else {
                return Ok(());
            };
            failures += 1;
            let is_over = !error.is_passing() || failures >= ATTEMPTS;
            self.warn(&error, is_over, batch.len());
            if is_over {
                return Err(Dropped);
            }
            sleep(backoff::wait(failures, error.retry_after())).await;
        }
    }

    fn warn(&mut self, error: &PostError, dropped: bool, decisions: usize) {
        if self.failures.is_due(Instant::now()) {
            let receiver = self.receiver.place();
            tracing::warn!(receiver, %error, decisions, dropped, "the webhook does not take decisions");
        }
    }
}

/// A batch was given up. It has been warned of.
struct Dropped;
