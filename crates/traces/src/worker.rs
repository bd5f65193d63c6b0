//! The task that sends.

use std::time::{Duration, Instant};

use bytes::Bytes;
use hyrouter_http_client::batch::Batches;
use prost::Message as _;
use tokio::time::sleep;

use crate::backoff::{self, ATTEMPTS};
use crate::collector::{Collector, PostError};
use crate::exchange::Waiting;
use crate::otlp::{KeyValue, Request, Resource, ResourceSpans, Scope, ScopeSpans};
use crate::{OtlpSettings, spans};

/// A collector that is away fails by the thousand, and one line tells it.
const WARN_EVERY: Duration = Duration::from_mins(1);

pub(crate) struct Worker {
    batches: Batches<Waiting>,
    collector: Collector,
    resource: Resource,
    warned: Option<Instant>,
}

impl Worker {
    pub(crate) fn new(
        batches: Batches<Waiting>,
        collector: Collector,
        settings: &OtlpSettings,
    ) -> Self {
        let name = KeyValue::text("service.name", &settings.service_name);
        let others = settings.resource.iter();
        let others = others.map(|(key, value)| KeyValue::text(key, value));
        Self {
            batches,
            collector,
            resource: Resource {
                attributes: std::iter::once(name).chain(others).collect(),
            },
            warned: None,
        }
    }

    pub(crate) async fn run(mut self) {
        while let Some(batch) = self.batches.next().await {
            self.deliver(&batch).await;
        }
    }

    async fn deliver(&mut self, batch: &[Waiting]) {
        let (body, count) = self.encode(batch);
        let mut failures = 0;
        loop {
            let error = match self.collector.post(body.clone()).await {
                Ok(refused) => {
                    let refused = refused.min(count);
                    self.batches.tally().sent(count - refused);
                    self.batches.tally().failed(refused);
                    return;
                }
                Err(error) => error,
            };
            failures += 1;
            let is_over = !error.is_passing() || failures >= ATTEMPTS;
            self.warn(&error, is_over, count);
            if is_over {
                self.batches.tally().failed(count);
                return;
            }
            sleep(backoff::wait(failures, error.retry_after())).await;
        }
    }

    /// The request, and how many spans are in it.
    fn encode(&self, batch: &[Waiting]) -> (Bytes, u64) {
        let mut spans = Vec::new();
        for waiting in batch {
            spans::make(waiting, &mut spans);
        }
        let count = u64::try_from(spans.len()).unwrap_or(u64::MAX);
        let scope = Scope {
            name: "hyrouter-telemetry".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let request = Request {
            resource_spans: vec![ResourceSpans {
                resource: Some(self.resource.clone()),
                scope_spans: vec![ScopeSpans {
                    scope: Some(scope),
                    spans,
                }],
            }],
        };
        (request.encode_to_vec().into(), count)
    }

    fn warn(&mut self, error: &PostError, dropped: bool, spans: u64) {
        let now = Instant::now();
        let is_due = self
            .warned
            .is_none_or(|warned| now.saturating_duration_since(warned) >= WARN_EVERY);
        if is_due {
            self.warned = Some(now);
            let collector = self.collector.origin();
            tracing::warn!(collector, %error, spans, dropped, "the collector does not take traces");
        }
    }
}
