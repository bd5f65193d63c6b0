//! Times of lookups.

use std::time::Duration;

use hyrouter_http_client::Backoff;

/// Waits after lookups that failed.
const FAILED: Backoff = Backoff {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(30),
};

/// Bounds of the time between two lookups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LookupTimes {
    /// Shortest time.
    pub(super) min: Duration,
    /// Longest time.
    pub(super) max: Duration,
}

impl LookupTimes {
    /// Returns the wait after a complete answer: its TTL within the bounds.
    pub(super) fn after_answer(self, ttl: Duration) -> Duration {
        ttl.min(self.max).max(self.min)
    }

    /// Returns the wait after an answer without records, or with some missing. They may be back long before their TTL
    /// has passed, so it is at most as long as after a failure.
    pub(super) fn after_gap(self, ttl: Duration) -> Duration {
        self.after_answer(ttl.min(FAILED.longest))
    }

    /// Returns the wait after this number of consecutive failures.
    pub(super) fn after_failures(failures: u32) -> Duration {
        FAILED.wait(failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: LookupTimes = LookupTimes {
        min: Duration::from_secs(5),
        max: Duration::from_mins(5),
    };

    #[test]
    fn the_ttl_counts_within_the_bounds() {
        for (ttl, wait, gap) in [
            (0, 5, 5),
            (7, 7, 7),
            (40, 40, 30),
            (300, 300, 30),
            (86_400, 300, 30),
        ] {
            let ttl = Duration::from_secs(ttl);
            assert_eq!(TIMES.after_answer(ttl), Duration::from_secs(wait));
            assert_eq!(TIMES.after_gap(ttl), Duration::from_secs(gap));
        }
        assert_eq!(TIMES.after_answer(Duration::MAX), TIMES.max);
        let slow = LookupTimes {
            min: Duration::from_mins(1),
            ..TIMES
        };
        assert_eq!(slow.after_gap(Duration::MAX), slow.min);
    }
}
