//! Decisions in batches to an HTTP server.

mod delivery;
mod options;

use std::time::Duration;

use hyrouter_http_client::batch::{BatchLimits, Queue};
use tokio::runtime::Handle;

pub use self::options::WebhookOptions;

use self::delivery::WebhookDelivery;
use crate::{DecisionLine, DeliveryCounts, SinkError};

/// Maximum time that the first decision of a batch waits for others.
const AGE: Duration = Duration::from_secs(1);

/// Posts decisions to a URL: a JSON array of up to [`WebhookOptions::with_batch`], sent when it is full or its oldest
/// decision is 1 s old, one request at a time.
///
/// A response with 2xx accepts the batch. 408, 425, 429, 5xx, no response within 5 s, and no connection are retried: at
/// most 10 attempts over at most 90 s, or as long as `Retry-After` asks for, at most 60 s each. Any other response,
/// including a redirect, drops the batch. A batch whose response was lost arrives twice.
///
/// Decisions that arrive while the queue is full are lost and counted. Players do not wait for the webhook.
#[derive(Debug)]
pub struct WebhookSink {
    queue: Queue<DecisionLine>,
}

impl WebhookSink {
    /// Checks the options, reads the certificates, and starts a task on this runtime. Does not connect.
    ///
    /// # Errors
    ///
    /// Fails if an option is out of its range, or a certificate cannot be read.
    pub fn open(options: &WebhookOptions, runtime: &Handle) -> Result<Self, SinkError> {
        let poster = options.poster()?;
        let limits = BatchLimits {
            room: options.queue,
            most: options.batch,
            age: AGE,
        };
        let work = |batches| WebhookDelivery::new(batches, poster).run();
        Ok(Self {
            queue: Queue::open(limits, runtime, work),
        })
    }

    /// Queues a line if there is room.
    pub fn record(&self, line: DecisionLine) {
        self.queue.record(1, || line);
    }

    /// Returns whether the task runs. `false` before the sink is closed means that the task panicked.
    pub fn is_running(&self) -> bool {
        self.queue.is_running()
    }

    /// Returns the numbers of sent, lost and failed decisions.
    pub fn counts(&self) -> DeliveryCounts {
        self.queue.counts()
    }

    /// Sends the waiting decisions, then ends. Decisions that are not accepted within this time are counted as lost, and
    /// so are all that are recorded from now on. Returns whether all were sent or dropped in time. Dropping a sink sends
    /// the waiting decisions too, without a time limit.
    pub async fn close(&self, timeout: Duration) -> bool {
        self.queue.close(timeout).await
    }
}
