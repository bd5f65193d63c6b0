//! Histograms of durations.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyrouter_admin::LatencyQuantiles;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Upper bounds in microseconds: several per power of ten, up to the 10 s that a player may wait.
const BOUNDS: [u64; 18] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000,
];
const BUCKETS: usize = BOUNDS.len() + 1;

/// Counts of durations up to 18 bounds from 50 us to 30 s. To record one costs two atomic additions and a search among the
/// bounds. A histogram takes 176 bytes; clones share it.
///
/// The histogram of `prometheus-client` takes a lock for each duration, and nothing but its text can be read from it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histogram(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Durations up to each bound and above the one before; the last counts those above all bounds.
    buckets: [AtomicU64; BUCKETS],
    micros: AtomicU64,
}

impl Histogram {
    /// Records a duration.
    pub(crate) fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.0.buckets.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.0.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Returns estimates of quantiles in seconds, as Prometheus computes them: durations are spread evenly between two
    /// bounds. There are none if nothing was recorded.
    pub(crate) fn quantiles(&self) -> LatencyQuantiles {
        let buckets = self.buckets();
        LatencyQuantiles {
            p50: quantile(&buckets, 0.5),
            p90: quantile(&buckets, 0.9),
            p99: quantile(&buckets, 0.99),
        }
    }

    /// Returns each upper bound in seconds with the number of durations up to it and above the one before. The last bound
    /// is infinite. Durations that are recorded at the same time may be missing.
    fn buckets(&self) -> [(f64, u64); BUCKETS] {
        let mut bounds = BOUNDS.iter().map(|bound| seconds(*bound));
        self.0.buckets.each_ref().map(|bucket| {
            let bound = bounds.next().unwrap_or(f64::INFINITY);
            (bound, bucket.load(Ordering::Relaxed))
        })
    }
}

impl TypedMetric for Histogram {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for Histogram {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let buckets = self.buckets();
        let sum = seconds(self.0.micros.load(Ordering::Relaxed));
        encoder.encode_histogram::<NoLabelSet>(sum, count(&buckets), &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate; counts above 2^53 are centuries away"
)]
fn quantile(buckets: &[(f64, u64)], part: f64) -> Option<f64> {
    let count = count(buckets);
    if count == 0 {
        return None;
    }
    let wanted = part * count as f64;
    let (mut below, mut lower) = (0.0, 0.0);
    for &(upper, within) in buckets {
        let within = within as f64;
        if within > 0.0 && below + within >= wanted {
            // The bucket above the last bound has no end to interpolate to.
            let upper = if upper.is_finite() { upper } else { lower };
            return Some(lower + (upper - lower) * ((wanted - below) / within).clamp(0.0, 1.0));
        }
        below += within;
        lower = upper;
    }
    Some(lower)
}

fn count(buckets: &[(f64, u64)]) -> u64 {
    buckets.iter().map(|(_, count)| count).sum()
}

fn seconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    use super::*;

    #[test]
    fn durations_fall_at_or_below_their_bound() {
        let histogram = Histogram::default();
        for micros in [0, 50, 51, 30_000_000, 30_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        let buckets = histogram.buckets();
        let counted: Vec<_> = buckets.iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(
            counted,
            [
                &(0.000_05, 2),
                &(0.000_1, 1),
                &(30.0, 1),
                &(f64::INFINITY, 1)
            ]
        );
        assert_eq!(count(&buckets), 5);
    }

    #[test]
    fn the_text_has_cumulative_counts() {
        let (mut registry, mut text) = (Registry::default(), String::new());
        let histogram = Histogram::default();
        registry.register("took_seconds", "Time", histogram.clone());
        for millis in [3, 3, 40_000] {
            histogram.observe(Duration::from_millis(millis));
        }
        encode(&mut text, &registry).unwrap();
        for line in [
            "# HELP took_seconds Time.",
            "# TYPE took_seconds histogram",
            "took_seconds_sum 40.006",
            "took_seconds_count 3",
            "took_seconds_bucket{le=\"0.0025\"} 0",
            "took_seconds_bucket{le=\"0.005\"} 2",
            "took_seconds_bucket{le=\"30.0\"} 2",
            "took_seconds_bucket{le=\"+Inf\"} 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn quantiles_lie_in_the_bucket_that_holds_them() {
        let histogram = Histogram::default();
        assert_eq!(histogram.quantiles(), LatencyQuantiles::default());
        for _ in 0..90 {
            histogram.observe(Duration::from_micros(400));
        }
        for _ in 0..10 {
            histogram.observe(Duration::from_millis(40));
        }
        let found = histogram.quantiles();
        assert!((0.000_25..=0.000_5).contains(&found.p50.unwrap()));
        assert!((0.000_25..=0.000_5).contains(&found.p90.unwrap()));
        assert!((0.025..=0.05).contains(&found.p99.unwrap()));
    }

    #[test]
    fn a_duration_above_all_bounds_counts_as_the_last_bound() {
        let histogram = Histogram::default();
        histogram.observe(Duration::from_secs(u64::MAX));
        assert_eq!(histogram.quantiles().p50, Some(30.0));
    }
}
