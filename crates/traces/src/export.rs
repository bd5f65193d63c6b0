//! The task that sends.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use hyrouter_http_client::batch::{Batches, WarningInterval};
use hyrouter_http_client::{Backoff, PostError, Poster, Retry};
use prost::Message as _;
use tokio::time::sleep;

use crate::otlp::{
    ExportRequest, ExportResponse, InstrumentationScope, KeyValue, OtlpResource, ResourceSpans,
    ScopeSpans,
};
use crate::pending::PendingTrace;
use crate::{TracerOptions, spans};

/// When a batch is sent again. In all that takes four seconds at most: a collector may be restarted, and a trace is not
/// worth more memory.
const RETRY: Retry = Retry {
    attempts: 5,
    backoff: Backoff {
        first: Duration::from_millis(250),
        longest: Duration::from_secs(8),
    },
    longest_asked: Duration::from_secs(30),
};

/// Name of the instrumentation scope. It is not the name of the crate: operators filter by it.
const SCOPE: &str = "hyrouter-telemetry";

pub(crate) struct Exporter {
    batches: Batches<PendingTrace>,
    poster: Poster,
    resource: OtlpResource,
    failures: WarningInterval,
}

impl Exporter {
    pub(crate) fn new(
        batches: Batches<PendingTrace>,
        poster: Poster,
        options: &TracerOptions,
    ) -> Self {
        let name = KeyValue::text("service.name", &options.service_name);
        let others = options.resource.iter();
        let others = others.map(|(key, value)| KeyValue::text(key, value));
        Self {
            batches,
            poster,
            resource: OtlpResource {
                attributes: std::iter::once(name).chain(others).collect(),
            },
            failures: WarningInterval::default(),
        }
    }

    pub(crate) async fn run(mut self) {
        while let Some(batch) = self.batches.next().await {
            let (body, count) = self.encode(&batch);
            let sent = count - self.deliver(body, count).await.min(count);
            self.batches.tally().sent(sent);
            self.batches.tally().failed(count - sent);
        }
    }

    /// Sends a batch until it is taken or has to be dropped. Returns how many of its spans failed.
    async fn deliver(&mut self, body: Bytes, count: u64) -> u64 {
        let mut failures = 0;
        loop {
            let error = match self.poster.post(body.clone()).await {
                Ok(answer) => return answer.map_or(0, refused),
                Err(error) => error,
            };
            failures += 1;
            let asked = error.retry_after().and_then(retry_after);
            let wait = RETRY
                .wait(failures, asked)
                .filter(|_| may_pass(error.status()));
            self.warn(&error, wait.is_none(), count);
            let Some(wait) = wait else {
                return count;
            };
            sleep(wait).await;
        }
    }

    /// Returns the request, and the number of spans in it.
    fn encode(&self, batch: &[PendingTrace]) -> (Bytes, u64) {
        let mut spans = Vec::new();
        for trace in batch {
            spans::make(trace, &mut spans);
        }
        let count = u64::try_from(spans.len()).unwrap_or(u64::MAX);
        let scope = InstrumentationScope {
            name: SCOPE.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let request = ExportRequest {
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
        if self.failures.is_due(Instant::now()) {
            let collector = self.poster.origin();
            tracing::warn!(collector, %error, spans, dropped, "the collector does not take traces");
        }
    }
}

/// Returns whether the same batch may be taken another time. The list is that of OTLP (OTLP/HTTP response, retryable
/// status codes).
fn may_pass(status: Option<StatusCode>) -> bool {
    status.is_none_or(|status| matches!(status.as_u16(), 429 | 502 | 503 | 504))
}

/// Reads `Retry-After` in seconds. A date is not worth a parser here.
fn retry_after(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

/// Returns the number of spans that were refused in an answer. What is no message of OTLP refuses none.
fn refused(answer: Bytes) -> u64 {
    let response = ExportResponse::decode(answer).unwrap_or_default();
    let refused = response.partial_success.unwrap_or_default().rejected_spans;
    u64::try_from(refused).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{RETRY, retry_after};

    #[test]
    fn a_batch_that_is_not_taken_is_given_up_within_four_seconds() {
        let waits: Vec<_> = (1..)
            .map_while(|failures| RETRY.wait(failures, None))
            .collect();
        assert_eq!(waits.len(), 4);
        let sum: Duration = waits.iter().sum();
        let most = Duration::from_secs(4);
        assert!(sum >= most / 4 && sum <= most, "{waits:?}");
    }

    #[test]
    fn what_is_asked_for_has_bounds() {
        let asked = |text| RETRY.wait(1, retry_after(text)).unwrap();
        assert_eq!(asked(" 7 "), Duration::from_secs(7));
        assert_eq!(asked("3600"), RETRY.longest_asked);
        for text in ["0", "", "-1", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            let wait = asked(text);
            assert!(wait >= Duration::from_millis(125) && wait <= Duration::from_millis(250));
        }
    }
}
