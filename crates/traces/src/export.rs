//! Task that exports batches of traces.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyrouter_http_client::batch::{Batches, WarningInterval};
use opentelemetry_otlp::{
    Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanExporter as _;

use crate::TracerError;
use crate::collector::CollectorClient;
use crate::pending::PendingTrace;
use crate::spans::SpanMaker;

/// Bound on the time of all attempts to send a batch. The number of attempts, the timeout of one (at most 1 minute) and
/// the waits between them (at most 30 s) end it sooner.
const DEADLINE: Duration = Duration::from_mins(10);

/// Returns when a batch is sent again. The waits add up to at most 2.4 s unless the collector asks for longer ones, of
/// at most 30 s each: a collector may restart, and traces are not worth more memory.
fn retry_policy() -> RetryPolicy {
    RetryPolicy::recommended()
        .with_max_retries(4)
        .with_initial_delay(Duration::from_millis(125))
        .with_max_delay(Duration::from_secs(8))
        .with_max_jitter(Duration::from_millis(125))
}

/// Exports the traces of a queue.
///
/// This is the exporter of OpenTelemetry behind the queue that webhooks use as well. OpenTelemetry's
/// `BatchSpanProcessor` does not report how many spans it drops, sends from a blocking thread that cannot be stopped in
/// time, and keeps whole spans, which take five times the memory of a [`PendingTrace`].
pub(crate) struct ExportTask {
    client: Arc<CollectorClient>,
    exporter: SpanExporter,
    spans: SpanMaker,
    failures: WarningInterval,
    rejections: WarningInterval,
}

impl ExportTask {
    pub(crate) fn new(client: CollectorClient, resource: &Resource) -> Result<Self, TracerError> {
        let client = Arc::new(client);
        let mut exporter = SpanExporter::builder()
            .with_http()
            // Each of these could come from an environment variable otherwise.
            .with_endpoint(client.origin())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(DEADLINE)
            .with_retry_policy(retry_policy())
            .with_shared_http_client(client.clone())
            .build()?;
        exporter.set_resource(resource);
        Ok(Self {
            client,
            exporter,
            spans: SpanMaker::default(),
            failures: WarningInterval::default(),
            rejections: WarningInterval::default(),
        })
    }

    pub(crate) async fn run(mut self, mut batches: Batches<PendingTrace>) {
        while let Some(batch) = batches.next().await {
            let mut spans = Vec::new();
            for trace in batch {
                self.spans.make(trace, &mut spans);
            }
            let count = u64::try_from(spans.len()).unwrap_or(u64::MAX);
            let exported = self.exporter.export(spans).await;
            let last = self.client.take_last();
            let failed = exported
                .as_ref()
                .map_or(count, |()| last.rejected.min(count));
            batches.tally().sent(count - failed);
            batches.tally().failed(failed);
            if let Err(error) = exported {
                let cause = last.error.map(|cause| cause.to_string());
                self.warn_failed(&cause.unwrap_or_else(|| error.to_string()), count);
            } else if failed > 0 {
                self.warn_rejected(failed);
            }
        }
    }

    fn warn_failed(&mut self, error: &str, spans: u64) {
        if self.failures.is_due(Instant::now()) {
            let collector = self.client.origin();
            tracing::warn!(collector, error, spans, "trace delivery failed");
        }
    }

    fn warn_rejected(&mut self, spans: u64) {
        if self.rejections.is_due(Instant::now()) {
            let collector = self.client.origin();
            tracing::warn!(collector, spans, "the collector rejected spans");
        }
    }
}
