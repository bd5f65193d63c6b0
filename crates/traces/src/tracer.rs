//! Traces of connections.

use std::time::Duration;

use hyrouter_http_client::batch::{BatchLimits, Queue};
use tokio::runtime::Handle;

use hyrouter_decision_log::DecisionRecord;

use crate::export::Exporter;
use crate::pending::{PendingTrace, span_count};
use crate::{DeliveryCounts, PluginCall, TracerError, TracerOptions};

/// Connections in one request: some hundred spans, about 100 KiB.
const BATCH: usize = 128;
/// Maximum time that the first connection of a batch waits for others.
const AGE: Duration = Duration::from_secs(1);

/// Sends traces to a collector, in batches of up to 128 connections that are at most a second old.
///
/// No answer in time, no connection, and 429, 502, 503 and 504 are tried again, five times in all within seconds, or as
/// `Retry-After` says within half a minute each. Any other answer drops the batch. What comes while the queue is full
/// is lost and counted. Nothing here makes a player wait, and nothing of it is global to the process.
#[derive(Debug)]
pub struct Tracer {
    one_in: u32,
    queue: Queue<PendingTrace>,
}

impl Tracer {
    /// Checks the options, reads the certificates, and starts to wait for connections on that runtime. Does not connect.
    /// If the runtime has one thread, encoding a batch blocks it for less than 1 ms.
    ///
    /// # Errors
    ///
    /// Fails if an option is out of its range, or a certificate cannot be read.
    pub fn open(options: &TracerOptions, runtime: &Handle) -> Result<Self, TracerError> {
        options.check()?;
        let poster = options.poster()?;
        let limits = BatchLimits {
            room: options.queue,
            most: BATCH,
            age: AGE,
        };
        let work = |batches| Exporter::new(batches, poster, options).run();
        Ok(Self {
            one_in: options.one_in,
            queue: Queue::open(limits, runtime, work),
        })
    }

    /// Returns whether this connection is one of those that are traced. Call it once for each, before anything is made
    /// for [`Self::record`].
    pub fn samples(&self) -> bool {
        self.one_in <= 1 || rand::random_ratio(1, self.one_in)
    }

    /// Queues the spans of a connection and of the calls of plugins that it took, if there is room.
    pub fn record<'a>(
        &self,
        record: &DecisionRecord<'_>,
        calls: impl ExactSizeIterator<Item = PluginCall<'a>>,
    ) {
        self.queue.record(span_count(record, calls.len()), || {
            PendingTrace::new(record, calls)
        });
    }

    /// Returns whether the task runs. It is false when the task has ended before the tracer is shut down: by a panic.
    pub fn is_running(&self) -> bool {
        self.queue.is_running()
    }

    /// Returns how many spans came to what end.
    pub fn counts(&self) -> DeliveryCounts {
        self.queue.counts()
    }

    /// Sends what waits, and ends. What is not taken within this time is lost and counted, and so is all that is
    /// recorded from now on. Returns whether all was sent, or dropped, in time. A tracer that is dropped sends what
    /// waits too, in a time without a bound.
    pub async fn shutdown(&self, timeout: Duration) -> bool {
        self.queue.close(timeout).await
    }
}
