//! Decisions in batches to a service.

mod backoff;
mod post;
mod settings;
mod token;
mod url;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub use self::settings::WebhookSettings;
pub use self::token::Token;

use self::post::Receiver;
use self::worker::Worker;
use crate::counts::Tally;
use crate::{Counts, Decision, SinkError};

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
    queue: mpsc::Sender<Arc<Decision>>,
    closing: watch::Sender<bool>,
    tally: Arc<Tally>,
    task: Mutex<Option<JoinHandle<()>>>,
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
        let (queue, decisions) = mpsc::channel(settings.queue);
        let (closing, closed) = watch::channel(false);
        let tally = Arc::new(Tally::default());
        let worker = Worker::new(
            decisions,
            closed,
            receiver,
            settings.batch,
            Arc::clone(&tally),
        );
        Ok(Self {
            queue,
            closing,
            tally,
            task: Mutex::new(Some(runtime.spawn(worker.run()))),
        })
    }

    /// Queues one, if there is room.
    pub fn record(&self, decision: Arc<Decision>) {
        if self.queue.try_send(decision).is_ok() {
            self.tally.accepted();
        } else {
            self.tally.not_accepted();
        }
    }

    /// Whether somebody sends. False when the task that does has ended though nobody told it to, by a panic above all.
    pub fn is_at_work(&self) -> bool {
        *self.closing.borrow() || !self.queue.is_closed()
    }

    /// How it fares.
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// Sends what waits, and ends. What is not taken within this time is lost and counted, and so is all that is
    /// recorded from now on. Whether all was sent, or dropped, in time. A sink that is dropped sends what waits too,
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
