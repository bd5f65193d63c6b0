//! Tracer of connections.

use std::time::Duration;

use hyrouter_decision_log::DecisionRecord;
use hyrouter_http_client::batch::{BatchLimits, Queue};
use tokio::runtime::Handle;

use crate::collector::CollectorClient;
use crate::export::ExportTask;
use crate::pending::{PendingTrace, span_count};
use crate::{DeliveryCounts, PluginCall, TracerError, TracerOptions};

/// Maximum number of connections in one request: some hundred spans, about 100 KiB.
const BATCH: usize = 128;
/// Maximum time that a connection waits for its batch to fill.
const AGE: Duration = Duration::from_secs(1);

/// Sends traces to a collector, in batches of at most 128 connections and 1 s.
///
/// A request is retried up to 4 times if it times out, cannot connect, or gets 429, 502, 503, or 504. The waits add up
/// to at most 2.4 s. `Retry-After` of 429 and 503 extends a wait to at most 30 s. Other responses drop the batch. If
/// the queue is full, traces of new connections are dropped. Dropped spans are counted. Nothing blocks a connection,
/// and nothing is global to the process.
#[derive(Debug)]
pub struct Tracer {
    one_in: u32,
    queue: Queue<PendingTrace>,
}

impl Tracer {
    /// Checks the options, reads the certificates, and starts a task on the runtime. Does not connect. Encoding a batch
    /// blocks one thread of the runtime for less than 1 ms.
    ///
    /// # Errors
    ///
    /// Fails if an option is invalid, or a certificate cannot be read.
    pub fn open(options: &TracerOptions, runtime: &Handle) -> Result<Self, TracerError> {
        options.check()?;
        let client = CollectorClient::new(options.poster()?);
        let task = ExportTask::new(client, &options.resource())?;
        let limits = BatchLimits {
            room: options.queue,
            most: BATCH,
            age: AGE,
        };
        Ok(Self {
            one_in: options.one_in,
            queue: Queue::open(limits, runtime, |batches| task.run(batches)),
        })
    }

    /// Returns whether to trace a connection, at random. Call it once for each connection, before [`Self::record`].
    pub fn samples(&self) -> bool {
        self.one_in <= 1 || rand::random_ratio(1, self.one_in)
    }

    /// Queues the trace of a connection with its plugin calls, if the queue has room.
    pub fn record<'a>(
        &self,
        record: &DecisionRecord<'_>,
        calls: impl ExactSizeIterator<Item = PluginCall<'a>>,
    ) {
        self.queue.record(span_count(record, calls.len()), || {
            PendingTrace::new(record, calls)
        });
    }

    /// Returns whether the task is running. `false` before [`Self::shutdown`] means that the task has panicked.
    pub fn is_running(&self) -> bool {
        self.queue.is_running()
    }

    /// Returns the numbers of sent, lost, and failed spans.
    pub fn counts(&self) -> DeliveryCounts {
        self.queue.counts()
    }

    /// Sends the queued traces and ends the task. Traces that are not sent within `timeout` are dropped and counted as
    /// lost, and so are later ones. Returns whether the queue was empty in time.
    ///
    /// Dropping a tracer also sends the queued traces, without a time limit.
    pub async fn shutdown(&self, timeout: Duration) -> bool {
        self.queue.close(timeout).await
    }
}
