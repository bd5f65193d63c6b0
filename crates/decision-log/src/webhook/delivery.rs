//! The task that sends batches.

use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use hyrouter_http_client::batch::{Batches, WarningInterval};
use hyrouter_http_client::{Backoff, Poster, RequestError, Retry};
use tokio::time::sleep;

use crate::DecisionLine;
use crate::losses::LossWarning;

/// Attempts to send one batch and the waits between them, in all at most 90 s: long enough for a restart of the receiver,
/// and a batch that it cannot process does not block the others without end.
const RETRY: Retry = Retry {
    attempts: 10,
    backoff: Backoff {
        first: Duration::from_millis(250),
        longest: Duration::from_secs(30),
    },
    longest_asked: Duration::from_mins(1),
};

pub(super) struct WebhookDelivery {
    batches: Batches<DecisionLine>,
    poster: Poster,
    failures: WarningInterval,
    losses: LossWarning,
}

impl WebhookDelivery {
    pub(super) fn new(batches: Batches<DecisionLine>, poster: Poster) -> Self {
        Self {
            batches,
            poster,
            failures: WarningInterval::default(),
            losses: LossWarning::default(),
        }
    }

    pub(super) async fn run(mut self) {
        while let Some(batch) = self.batches.next().await {
            let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
            let is_sent = self.deliver(&batch).await;
            let tally = self.batches.tally();
            if is_sent {
                tally.sent(count);
            } else {
                tally.failed(count);
            }
            let lost = tally.counts().lost;
            self.losses.report("webhook", lost, Instant::now());
        }
    }

    /// Sends a batch until it is accepted or dropped. Returns whether it was accepted.
    async fn deliver(&mut self, batch: &[DecisionLine]) -> bool {
        let body = array(batch);
        let mut failures = 0;
        loop {
            let Err(error) = self.poster.post(body.clone()).await else {
                return true;
            };
            failures += 1;
            let asked = error.asked_wait(SystemTime::now());
            let wait = RETRY.wait(failures, asked).filter(|_| may_pass(&error));
            self.warn(&error, wait.is_none(), batch.len());
            let Some(wait) = wait else {
                return false;
            };
            sleep(wait).await;
        }
    }

    fn warn(&mut self, error: &RequestError, dropped: bool, decisions: usize) {
        if !self.failures.is_due(Instant::now()) {
            return;
        }
        let receiver = self.poster.origin();
        tracing::warn!(receiver, %error, decisions, dropped, "webhook delivery failed");
    }
}

/// Returns whether the receiver may accept the same batch later.
fn may_pass(error: &RequestError) -> bool {
    error
        .status()
        .is_none_or(|status| status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429))
}

/// Returns the lines as an array.
fn array(batch: &[DecisionLine]) -> Bytes {
    let len = batch
        .iter()
        .map(|line| line.as_str().len() + 1)
        .sum::<usize>();
    let mut array = String::with_capacity(len + 2);
    for line in batch {
        array.push(if array.is_empty() { '[' } else { ',' });
        array.push_str(line.as_str());
    }
    array.push(']');
    array.into()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{RETRY, array};
    use crate::{DecisionLine, DecisionOutcome, DecisionRecord};

    #[test]
    fn a_batch_is_dropped_after_at_most_90_seconds() {
        let waits = (1..).map_while(|failures| RETRY.wait(failures, None));
        let sum: Duration = waits.sum();
        let attempts = (1..)
            .map_while(|failures| RETRY.wait(failures, None))
            .count()
            + 1;
        assert_eq!(attempts, 10);
        let most = Duration::from_secs(92);
        assert!(sum >= most / 3 && sum < most, "{sum:?}");
    }

    #[test]
    fn a_batch_is_an_array() {
        let time = SystemTime::UNIX_EPOCH;
        for count in 1..4 {
            let batch: Vec<_> = (0..count)
                .map(|connection| {
                    let record =
                        DecisionRecord::new(time, connection, DecisionOutcome::Closed, "-");
                    DecisionLine::new(&record).unwrap()
                })
                .collect();
            let value: serde_json::Value = serde_json::from_slice(&array(&batch)).unwrap();
            let values = value.as_array().unwrap().iter();
            let connections: Vec<_> = values.map(|value| value["connection"].as_u64()).collect();
            assert_eq!(connections, (0..count).map(Some).collect::<Vec<_>>());
        }
    }
}
