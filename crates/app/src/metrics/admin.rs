//! Metrics of requests that the admin server refused.

use std::fmt;
use std::sync::Arc;

use hyrouter_admin::AccessRefusal;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::{MetricType, TypedMetric as _};
use prometheus_client::registry::Registry;

use super::codes::CodeCounters;

/// Requests that the admin server refused, by reason.
#[derive(Debug, Clone, Default)]
pub(crate) struct AdminRefusals(Arc<CodeCounters<AccessRefusal>>);

impl AdminRefusals {
    pub(crate) fn count(&self, refusal: AccessRefusal) {
        self.0.inc(refusal);
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "admin_refused",
            "Requests that the admin server refused: without a token (token_missing), with a wrong token \
             (token_wrong), or, if no token is configured, of a form that a web page can send (web_page)",
            self.clone(),
        );
    }
}

/// Writes the series of all reasons, those with a count of 0 too.
impl EncodeMetric for AdminRefusals {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        for (refusal, count) in self.0.all() {
            let labels = [("reason", refusal.as_str())];
            ConstCounter::new(count).encode(encoder.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        ConstCounter::<u64>::TYPE
    }
}
