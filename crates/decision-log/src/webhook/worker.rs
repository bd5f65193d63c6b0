//! The task that posts.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use hyrouter_http_client::batch::Batches;
use tokio::time::sleep;

use super::backoff::{self, ATTEMPTS};
use super::post::{PostError, Receiver};
use crate::Decision;
use crate::notice::{LossNotice, Notice};

pub(super) struct Worker {
    batches: Batches<Arc<Decision>>,
    receiver: Receiver,
    failures: Notice,
    losses: LossNotice,
}

impl Worker {
    pub(super) fn new(batches: Batches<Arc<Decision>>, receiver: Receiver) -> Self {
        Self {
            batches,
            receiver,
            failures: Notice::default(),
            losses: LossNotice::default(),
        }
    }

    pub(super) async fn run(mut self) {
        while let Some(batch) = self.batches.next().await {
            self.deliver(&batch).await;
        }
    }

    async fn deliver(&mut self, batch: &[Arc<Decision>]) {
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let sent = self.send(batch).await;
        let tally = self.batches.tally();
        match sent {
            Ok(()) => tally.sent(count),
            Err(_) => tally.failed(count),
        }
        self.losses
            .tell("webhook", tally.counts().lost, Instant::now());
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
            let receiver = self.receiver.origin();
            tracing::warn!(receiver, %error, decisions, dropped, "the webhook does not take decisions");
        }
    }
}

/// A batch was given up. It has been warned of.
struct Dropped;
