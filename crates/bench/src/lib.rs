//! Shared parts of the benches of this workspace: summaries of measured times.
//!
//! Binaries of this crate: `floor`, the minimum work of a QUIC server for the same exchange, `load`, many game clients at
//! once, `plugins`, calls of plugins, and `discovery`, the time from an event of a source to a decision. `cargo xtask
//! bench` runs all of it.

use std::time::Duration;

/// Percentiles of a set of times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// Half of all took no longer.
    pub p50: Duration,
    /// All but one in a hundred took no longer.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
}

impl Percentiles {
    /// Of these times, in any order; zeros where there are none.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            times.get(index).copied().unwrap_or_default()
        };
        Self {
            p50: at(50),
            p99: at(99),
            max: times.last().copied().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let times = (1..=200).rev().map(Duration::from_millis).collect();
        let of = Percentiles::of(times);
        assert_eq!(of.p50, Duration::from_millis(101));
        assert_eq!(of.p99, Duration::from_millis(199));
        assert_eq!(of.max, Duration::from_millis(200));
        assert_eq!(Percentiles::of(Vec::new()), Percentiles::default());
    }
}
