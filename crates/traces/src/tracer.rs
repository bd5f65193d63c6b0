//! Traces of connections.

use std::time::Duration;

use hyrouter_http_client::batch::{BatchLimits, Queue};
use tokio::runtime::Handle;

use crate::collector::Collector;
use crate::exchange::{Exchange, Waiting};
use crate::worker::Worker;
use crate::{DeliveryCounts, OtlpSettings, TelemetryError};

/// Connections in one request: some hundred spans, about 100 KiB.
const BATCH: usize = 128;
/// How long the first connection of a batch waits for others.
const AGE: Duration = Duration::from_secs(1);

/// Sends traces to a collector, in batches of up to 128 connections that are at most a second old.
///
/// No answer in time, no connection, and 429, 502, 503 and 504 are tried again, five times in all within seconds, or as
/// `Retry-After` says within half a minute each. Any other answer drops the batch. What comes while the queue is full
/// is lost and counted. Nothing here makes a player wait, and nothing of it is global to the process.
#[derive(Debug)]
pub struct Tracer {
    one_in: u32,
    queue: Queue<Waiting>,
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
        let limits = BatchLimits {
            room: settings.queue,
            most: BATCH,
            age: AGE,
        };
        let work = |batches| Worker::new(batches, collector, settings).run();
        Ok(Self {
            one_in: settings.one_in,
            queue: Queue::open(limits, runtime, work),
        })
    }

    /// Whether this connection is one of those that are traced. Asked once for each, before anything is made for
    /// [`Self::record`].
    pub fn samples(&self) -> bool {
        self.one_in <= 1 || rand::random_ratio(1, self.one_in)
    }

    /// Queues the spans of a connection, if there is room.
    pub fn record(&self, exchange: &Exchange<'_>) {
        self.queue
            .record(exchange.spans(), || Waiting::from(exchange));
    }

    /// Whether somebody sends. False when the task that does has ended though nobody told it to, by a panic above all.
    pub fn is_at_work(&self) -> bool {
        self.queue.is_at_work()
    }

    /// How it fares, in spans.
    pub fn counts(&self) -> DeliveryCounts {
        self.queue.counts()
    }

    /// Sends what waits, and ends. What is not taken within this time is lost and counted, and so is all that is
    /// recorded from now on. Whether all was sent, or dropped, in time. A tracer that is dropped sends what waits too,
    /// but nobody knows how long that takes.
    pub async fn shutdown(&self, timeout: Duration) -> bool {
        self.queue.close(timeout).await
    }
}
