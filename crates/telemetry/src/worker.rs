//! The task that sends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use prost::Message as _;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, sleep_until};

use crate::backoff::{self, ATTEMPTS};
use crate::collector::{Collector, PostError};
use crate::counts::Tally;
use crate::exchange::Waiting;
use crate::otlp::{KeyValue, Request, Resource, ResourceSpans, Scope, ScopeSpans};
use crate::{OtlpSettings, spans};

/// Connections in one request: some hundred spans, about 100 KiB.
const BATCH: usize = 128;
/// How long the first connection of a batch waits for others.
const AGE: Duration = Duration::from_secs(1);
/// A collector that is away fails by the thousand, and one line tells it.
const WARN_EVERY: Duration = Duration::from_mins(1);

pub(crate) struct Worker {
    queue: mpsc::Receiver<Waiting>,
    closing: watch::Receiver<bool>,
    collector: Collector,
    resource: Resource,
    tally: Arc<Tally>,
    warned: Option<Instant>,
}

impl Worker {
    pub(crate) fn new(
        queue: mpsc::Receiver<Waiting>,
        closing: watch::Receiver<bool>,
        collector: Collector,
        settings: &OtlpSettings,
        tally: Arc<Tally>,
    ) -> Self {
        let name = KeyValue::text("service.name", &settings.service_name);
        let others = settings.resource.iter();
        let others = others.map(|(key, value)| KeyValue::text(key, value));
        Self {
            queue,
            closing,
            collector,
            resource: Resource {
                attributes: std::iter::once(name).chain(others).collect(),
            },
            tally,
            warned: None,
        }
    }

    pub(crate) async fn run(mut self) {
        while let Some(batch) = self.next_batch().await {
            self.deliver(&batch).await;
        }
    }

    /// The next batch, as soon as it is full or old, or nothing more will come. None: it is over.
    async fn next_batch(&mut self) -> Option<Vec<Waiting>> {
        let mut batch = Vec::new();
        let mut is_closing = false;
        let mut due = tokio::time::Instant::now();
        while batch.len() < BATCH {
            let room = BATCH - batch.len();
            tokio::select! {
                biased;
                // Ended or dropped: what is in the queue is taken, and then there is nothing more.
                _ = self.closing.wait_for(|&closing| closing), if !is_closing => {
                    is_closing = true;
                    self.queue.close();
                }
                more = self.queue.recv_many(&mut batch, room) => match more {
                    0 => break,
                    more if more == batch.len() => due = tokio::time::Instant::now() + AGE,
                    _ => {}
                },
                () = sleep_until(due), if !batch.is_empty() => break,
            }
        }
        (!batch.is_empty()).then_some(batch)
    }

    async fn deliver(&mut self, batch: &[Waiting]) {
        let (body, count) = self.encode(batch);
        let mut failures = 0;
        loop {
            let error = match self.collector.post(body.clone()).await {
                Ok(refused) => {
                    let refused = refused.min(count);
                    self.tally.sent(count - refused);
                    self.tally.failed(refused);
                    return;
                }
                Err(error) => error,
            };
            failures += 1;
            let is_over = !error.is_passing() || failures >= ATTEMPTS;
            self.warn(&error, is_over, count);
            if is_over {
                self.tally.failed(count);
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
            name: env!("CARGO_PKG_NAME").to_owned(),
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
            let collector = self.collector.place();
            tracing::warn!(collector, %error, spans, dropped, "the collector does not take traces");
        }
    }
}
