//! Decisions in batches to a service.

mod delivery;
mod options;
mod retry_after;
mod token;
mod url;

use std::time::Duration;

use hyrouter_http_client::batch::{BatchLimits, Queue};
use tokio::runtime::Handle;

pub use self::options::WebhookOptions;
pub use self::token::WebhookToken;

use self::delivery::WebhookDelivery;
use crate::{DecisionLine, DeliveryCounts, SinkError};

/// How long the first decision of a batch waits for others.
const AGE: Duration = Duration::from_secs(1);

/// Posts decisions to a URL: a JSON array of up to [`WebhookOptions::with_batch`], sent when it is full or its oldest is
/// a second old, one request at a time.
///
/// An answer of 2xx takes the batch. 408, 425, 429, 5xx, no answer within 5 s, and no connection are tried again, ten
/// times in all over a minute and a half at most, or as long as `Retry-After` asks for within a minute each. Any other
/// answer drops the batch, redirects too. A batch whose answer was lost comes twice.
///
/// What comes while the queue is full is lost and counted. Nothing here makes a player wait.
#[derive(Debug)]
pub struct WebhookSink {
    queue: Queue<DecisionLine>,
}

impl WebhookSink {
    /// Checks the options, reads the certificates, and starts to wait for decisions on that runtime. Does not connect.
    ///
    /// # Errors
    ///
    /// Fails if an option is out of its range, or a certificate cannot be read.
    pub fn open(options: &WebhookOptions, runtime: &Handle) -> Result<Self, SinkError> {
        options.check()?;
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

    /// Queues a line, if there is room.
    pub fn record(&self, line: DecisionLine) {
        self.queue.record(1, || line);
    }

    /// Returns whether the task runs. It is false when the task has ended before the sink is closed: by a panic.
    pub fn is_running(&self) -> bool {
        self.queue.is_running()
    }

    /// Returns how many decisions came to what end.
    pub fn counts(&self) -> DeliveryCounts {
        self.queue.counts()
    }

    /// Sends what waits, and ends. What is not taken within this time is lost and counted, and so is all that is
    /// recorded from now on. Returns whether all was sent, or dropped, in time. A sink that is dropped sends what waits
    /// too, in a time without a bound.
    pub async fn close(&self, timeout: Duration) -> bool {
        self.queue.close(timeout).await
    }
}
