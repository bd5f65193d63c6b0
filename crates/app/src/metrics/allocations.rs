//! Metrics of allocated backends.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hyrouter_discovery::AllocationFailure;
use hyrouter_gateway::AllocationNote;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::counter::ConstCounter;

use super::encode::EncodeMetrics as _;

/// Allocations by provider and result. Providers of earlier configurations keep their counts.
#[derive(Debug, Default)]
pub(crate) struct AllocationMetrics(Mutex<BTreeMap<(Arc<str>, &'static str), u64>>);

impl AllocationMetrics {
    pub(crate) fn count(&self, note: &AllocationNote) {
        let result = note.failure.map_or("allocated", AllocationFailure::as_str);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts
            .entry((Arc::clone(&note.provider), result))
            .or_default() += 1;
    }
}

impl Collector for AllocationMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let series = counts.iter().map(|((provider, result), count)| {
            let labels = [("provider", &**provider), ("result", *result)];
            (labels, ConstCounter::new(*count))
        });
        encoder.family(
            "allocations",
            "Allocations of a backend for a player, by result (allocated, or the code of the failure)",
            series,
        )
    }
}
