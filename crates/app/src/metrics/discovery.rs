//! Metrics of discovery providers.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::encode::EncodeMetrics as _;
use crate::discovery::Source;
use crate::reconfigure::Active;

/// State of the providers of the active configuration.
#[derive(Debug)]
pub(super) struct DiscoveryMetrics(pub(super) Arc<ArcSwap<Active>>);

impl Collector for DiscoveryMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let active = self.0.load();
        let sources: Vec<_> = active.assembly.sources.iter().collect();
        let mut gauge = |name: &str, help: &str, value: &dyn Fn(&Source) -> Option<f64>| {
            let series = sources.iter().filter_map(|source| {
                let labels = [("provider", source.settings.name.as_str())];
                Some((labels, ConstGauge::new(value(source)?)))
            });
            encoder.family(name, help, series)
        };
        gauge(
            "discovery_backends",
            "Backends that a discovery provider gives",
            &|source| Some(number(source.feed.now().backends.len())),
        )?;
        gauge(
            "discovery_age_seconds",
            "Time since the last contact of a discovery provider with its source; no value before its first backends",
            &|source| source.feed.age().map(|age| age.as_secs_f64()),
        )?;
        gauge(
            "discovery_synced",
            "1 once a discovery provider has given its backends",
            &|source| Some(flag(source.feed.now().is_synced)),
        )?;
        gauge(
            "discovery_failing",
            "1 while a discovery provider cannot reach or read its source, or a part of it",
            &|source| Some(flag(source.feed.now().error.is_some())),
        )?;
        gauge(
            "discovery_stale",
            "1 while the backends of a discovery provider are not used because they are older than max_staleness",
            &|source| Some(flag(source.view().is_stale)),
        )?;
        gauge(
            "discovery_unusable_entries",
            "Entries of the source of a discovery provider that cannot be used",
            &|source| Some(number(source.feed.now().unusable)),
        )?;
        gauge(
            "discovery_dropped",
            "Backends of a discovery provider that are left out because there are more than max_backends",
            &|source| Some(number(source.feed.now().dropped)),
        )?;
        let failures = sources.iter().map(|source| {
            let labels = [("provider", source.settings.name.as_str())];
            (labels, ConstCounter::new(source.feed.failures()))
        });
        encoder.family(
            "discovery_errors",
            "Failed attempts of a discovery provider to reach or read its source",
            failures,
        )
    }
}

fn flag(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// Counts of entries are far below 2^32.
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
