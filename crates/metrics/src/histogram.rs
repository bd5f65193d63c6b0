//! Histograms of durations.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds in microseconds: several to each power of ten, up to the 10 s that a player may wait.
const BOUNDS: [u64; 18] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000,
];

/// Counts of durations up to 18 bounds from 50 us to 30 s. Observing one costs two atomic additions and a search among the
/// bounds. A histogram takes 168 bytes.
#[derive(Debug, Default)]
pub struct Histogram {
    /// Up to each bound, the last for all above.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// Records a duration.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Returns the counts so far. Durations that are recorded at the same moment may be missing.
    pub fn snapshot(&self) -> HistogramSnapshot {
        HistogramSnapshot {
            buckets: self
                .buckets
                .each_ref()
                .map(|bucket| bucket.load(Ordering::Relaxed)),
            micros: self.micros.load(Ordering::Relaxed),
        }
    }
}

/// Counts of a [`Histogram`] at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramSnapshot {
    buckets: [u64; BOUNDS.len() + 1],
    micros: u64,
}

/// Quantiles in seconds; `None` when nothing was recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quantiles {
    /// 50 % took at most so long.
    pub p50: Option<f64>,
    /// 90 % took at most so long.
    pub p90: Option<f64>,
    /// 99 % took at most so long.
    pub p99: Option<f64>,
}

impl HistogramSnapshot {
    /// Returns the number of durations.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// Returns the sum of the durations in seconds.
    pub fn sum(&self) -> f64 {
        seconds(self.micros)
    }

    /// Returns each upper bound in seconds with the number of durations up to it and above the one before. The last bound
    /// is infinite.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        let bounds = BOUNDS.iter().map(|bound| seconds(*bound));
        bounds
            .chain(std::iter::once(f64::INFINITY))
            .zip(self.buckets.iter().copied())
    }

    /// Returns estimates, as Prometheus computes them: durations are evenly spread between two bounds.
    pub fn quantiles(&self) -> Quantiles {
        Quantiles {
            p50: self.quantile(0.5),
            p90: self.quantile(0.9),
            p99: self.quantile(0.99),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "an estimate; counts above 2^53 are centuries away"
    )]
    fn quantile(&self, part: f64) -> Option<f64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let wanted = part * count as f64;
        let (mut below, mut lower) = (0.0, 0.0);
        for (upper, within) in self.buckets() {
            let within = within as f64;
            if within > 0.0 && below + within >= wanted {
                // Of what is above the last bound nothing more is known.
                let upper = if upper.is_finite() { upper } else { lower };
                return Some(lower + (upper - lower) * ((wanted - below) / within).clamp(0.0, 1.0));
            }
            below += within;
            lower = upper;
        }
        Some(lower)
    }
}

fn seconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_at_or_below_their_bound() {
        let histogram = Histogram::default();
        for micros in [0, 50, 51, 30_000_000, 30_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        let snapshot = histogram.snapshot();
        let counted: Vec<_> = snapshot.buckets().filter(|(_, count)| *count > 0).collect();
        assert_eq!(
            counted,
            [(0.000_05, 2), (0.000_1, 1), (30.0, 1), (f64::INFINITY, 1)]
        );
        assert_eq!(snapshot.count(), 5);
        assert!((snapshot.sum() - 60.000_102).abs() < 1e-9);
    }

    #[test]
    fn quantiles_lie_in_the_bucket_that_holds_them() {
        let histogram = Histogram::default();
        assert_eq!(histogram.snapshot().quantiles(), Quantiles::default());
        for _ in 0..90 {
            histogram.observe(Duration::from_micros(400));
        }
        for _ in 0..10 {
            histogram.observe(Duration::from_millis(40));
        }
        let found = histogram.snapshot().quantiles();
        assert!((0.000_25..=0.000_5).contains(&found.p50.unwrap()));
        assert!((0.000_25..=0.000_5).contains(&found.p90.unwrap()));
        assert!((0.025..=0.05).contains(&found.p99.unwrap()));
    }

    #[test]
    fn what_is_above_all_bounds_is_at_least_the_last() {
        let histogram = Histogram::default();
        histogram.observe(Duration::from_secs(u64::MAX));
        assert_eq!(histogram.snapshot().quantiles().p50, Some(30.0));
    }
}
