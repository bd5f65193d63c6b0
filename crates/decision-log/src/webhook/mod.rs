//! Decisions in batches to a service.

mod backoff;
mod post;
mod settings;
mod token;
mod url;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use hyrouter_http_client::batch::{BatchLimits, Queue};
use tokio::runtime::Handle;

pub use self::settings::WebhookSettings;
pub use self::token::Token;

use self::post::Receiver;
use self::worker::Worker;
use crate::{Decision, DeliveryCounts, SinkError};

/// How long the first decision of a batch waits for others.
const AGE: Duration = Duration::from_secs(1);

/// Posts decisions to a URL: a JSON array of up to [`WebhookSettings::batch`], sent when it is full or its oldest is a
/// second old, one request at a time.
///
/// An answer of 2xx takes the batch. 408, 425, 429, 5xx, no answer within 5 s, and no connection are tried again, ten
/// times in all over a minute and a half at most, or as long as `Retry-After` says within a minute each. Any other
/// answer drops the batch, redirects too. A batch whose answer was lost comes twice.
///
/// What comes while the queue is full is lost and counted. Nothing here makes a player wait.
#[derive(Debug)]
pub struct WebhookSink {
    queue: Queue<Arc<Decision>>,
}

impl WebhookSink {
    /// Checks the settings, reads the certificates, and starts to wait for decisions on that runtime. Does not connect.
    ///
    /// # Errors
    ///
    /// When a setting is out of its range, or a certificate can not be read.
    pub fn open(settings: &WebhookSettings, runtime: &Handle) -> Result<Self, SinkError> {
        settings.check()?;
        let receiver = Receiver::new(settings)?;
        let limits = BatchLimits {
            room: settings.queue,
            most: settings.batch,
            age: AGE,
        };
        let work = |batches| Worker::new(batches, receiver).run();
        Ok(Self {
            queue: Queue::open(limits, runtime, work),
        })
    }

    /// Queues one, if there is room.
    pub fn record(&self, decision: Arc<Decision>) {
        self.queue.record(1, || decision);
    }

    /// Whether somebody sends. False when the task that does has ended though nobody told it to, by a panic above all.
    pub fn is_at_work(&self) -> bool {
        self.queue.is_at_work()
    }

    /// How it fares.
    pub fn counts(&self) -> DeliveryCounts {
        self.queue.counts()
    }

    /// Sends what waits, and ends. What is not taken within this time is lost and counted, and so is all that is
    /// recorded from now on. Whether all was sent, or dropped, in time. A sink that is dropped sends what waits too,
    /// but nobody knows how long that takes.
    pub async fn close(&self, timeout: Duration) -> bool {
        self.queue.close(timeout).await
    }
}
