//! Traces of connections.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::collector::Collector;
use crate::counts::Tally;
use crate::exchange::{Exchange, Waiting};
use crate::worker::Worker;
use crate::{Counts, OtlpSettings, TelemetryError};

/// Sends traces to a collector, in batches of up to 128 connections that are at most a second old.
///
/// No answer in time, no connection, and 429, 502, 503 and 504 are tried again, five times in all within seconds, or as
/// `Retry-After` says within half a minute each. Any other answer drops the batch. What comes while the queue is full
/// is lost and counted. Nothing here makes a player wait, and nothing of it is global to the process.
#[derive(Debug)]
pub struct Tracer {
    one_in: u32,
    queue: mpsc::Sender<Waiting>,
    closing: watch::Sender<bool>,
    tally: Arc<Tally>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Tracer {
    /// Checks the settings, reads the certificates, and starts to wait for connections on that runtime. Does not
    /// connect. Where the runtime has one thread, a batch takes it for less than a millisecond to be encoded.
    ///
    /// # Errors
    ///
    /// When a setting is out of its range, or a certificate can not be read.
    pub fn open(settings: &OtlpSettings, runtime: &Handle) -> Result<Self, TelemetryError> {
        settings.check()?;
        let collector = Collector::new(settings)?;
        let (queue, waiting) = mpsc::channel(settings.queue);
        let (closing, closed) = watch::channel(false);
        let tally = Arc::new(Tally::default());
        let worker = Worker::new(waiting, closed, collector, settings, Arc::clone(&tally));
        Ok(Self {
            one_in: settings.one_in,
            queue,
            closing,
            tally,
            task: Mutex::new(Some(runtime.spawn(worker.run()))),
        })
    }

    /// Whether this connection is one of those that are traced. Asked once for each, before anything is made for
    /// [`Self::record`].
    pub fn samples(&self) -> bool {
        self.one_in <= 1 || rand::random_ratio(1, self.one_in)
    }

    /// Queues the spans of a connection, if there is room.
    pub fn record(&self, exchange: &Exchange<'_>) {
        // Whoever finds the queue full has nothing to copy for it.
        let Ok(place) = self.queue.try_reserve() else {
            self.tally.not_accepted(exchange.spans());
            return;
        };
        let waiting = Waiting::from(exchange);
        self.tally.accepted(exchange.spans());
        place.send(waiting);
    }

    /// Whether somebody sends. False when the task that does has ended though nobody told it to, by a panic above all.
    pub fn is_at_work(&self) -> bool {
        *self.closing.borrow() || !self.queue.is_closed()
    }

    /// How it fares, in spans.
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// Sends what waits, and ends. What is not taken within this time is lost and counted, and so is all that is
    /// recorded from now on. Whether all was sent, or dropped, in time. A tracer that is dropped sends what waits too,
    /// but nobody knows how long that takes.
    pub async fn shutdown(&self, timeout: Duration) -> bool {
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
