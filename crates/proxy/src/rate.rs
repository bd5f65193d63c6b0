//! Token buckets, which limit the frequency of an event.

use crate::limits::Limits;

/// Maximum frequency of an event: `per_second` in the long run, `burst` at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens that a bucket regains in a second. 0 turns the limit off.
    pub per_second: u32,
    /// Tokens that a full bucket holds. 0 counts as 1, or nothing could ever happen.
    pub burst: u32,
}

/// Maximum rates of new connections. See [`Limits::rate`](crate::Limits::rate).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Maximum rate of all sources together. Default 20,000 a second, 40,000 at once: about the capacity of four
    /// cores. It bounds what a large machine does; on a smaller one new connections queue for their handshake
    /// first.
    pub global: Rate,
    /// Maximum rate of one IPv4 /24 or one IPv6 /64. Default 1,000 a second, 2,500 at once: more than a carrier's
    /// shared addresses bring when a popular network comes back after maintenance. At most 1/16 of
    /// [`global`](Self::global), which is also what an IPv6 /48 gets.
    pub per_source: Rate,
}

impl Rate {
    /// No limit.
    pub const OFF: Self = Self {
        per_second: 0,
        burst: 0,
    };
}

impl Rates {
    /// Returns the rate of one IPv6 /48: a part of the global rate, so that a few networks cannot use it up.
    pub(crate) fn of_network(self) -> Rate {
        if self.global.per_second == 0 {
            return Rate::OFF;
        }
        let parts = u32::from(Limits::NETWORK_PARTS);
        Rate {
            per_second: self.global.per_second.div_ceil(parts),
            burst: self.global.burst.div_ceil(parts),
        }
    }

    /// Returns the rate of one IPv4 /24 or IPv6 /64: the setting, at most the rate of a network.
    pub(crate) fn of_source(self) -> Rate {
        let (source, network) = (self.per_source, self.of_network());
        match (source.per_second, network.per_second) {
            (0, _) => network,
            (_, 0) => source,
            _ => Rate {
                per_second: source.per_second.min(network.per_second),
                burst: source.burst.min(network.burst),
            },
        }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            global: Rate {
                per_second: 20_000,
                burst: 40_000,
            },
            per_source: Rate {
                per_second: 1_000,
                burst: 2_500,
            },
        }
    }
}

/// A [`Rate`], converted to nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Time in which one token returns.
    interval: u64,
    /// Time in which an empty bucket becomes full.
    depth: u64,
}

impl Pace {
    /// Converts a rate; `None` if it is no limit.
    pub(crate) fn of(rate: Rate) -> Option<Self> {
        let per_second = u64::from(rate.per_second);
        let interval = 1_000_000_000_u64.checked_div(per_second)?.max(1);
        let depth = interval * u64::from(rate.burst.max(1));
        Some(Self { interval, depth })
    }
}

/// A token bucket in one number: the time at which it will be full again, in nanoseconds. Taking a token moves that
/// time by one interval, so a bucket needs no timer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bucket {
    full_at: u64,
}

impl Bucket {
    /// Takes a token and returns `true`, or returns `false` if the bucket is empty.
    pub(crate) fn take(&mut self, pace: Pace, now: u64) -> bool {
        self.settle(pace, now);
        let next = self.full_at + pace.interval;
        let granted = next - now <= pace.depth;
        if granted {
            self.full_at = next;
        }
        granted
    }

    /// Takes a token for an event that already happened. An empty bucket stays empty.
    pub(crate) fn charge(&mut self, pace: Pace, now: u64) {
        self.settle(pace, now);
        self.full_at = (self.full_at + pace.interval).min(now + pace.depth);
    }

    /// Clamps the bucket between full and empty. It may have been emptied at another pace before a reload.
    fn settle(&mut self, pace: Pace, now: u64) {
        self.full_at = self.full_at.clamp(now, now + pace.depth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn pace(per_second: u32, burst: u32) -> Pace {
        Pace::of(Rate { per_second, burst }).unwrap()
    }

    fn taken(bucket: &mut Bucket, pace: Pace, now: u64) -> usize {
        (0..1_000_000)
            .take_while(|_| bucket.take(pace, now))
            .count()
    }

    #[test]
    fn a_full_bucket_holds_the_burst_and_refills_at_the_rate() {
        let (mut bucket, pace) = (Bucket::default(), pace(100, 250));
        let start = 7 * SECOND;
        assert_eq!(taken(&mut bucket, pace, start), 250);
        assert_eq!(taken(&mut bucket, pace, start), 0);
        assert_eq!(taken(&mut bucket, pace, start + SECOND / 2), 50);
        assert_eq!(taken(&mut bucket, pace, start + 100 * SECOND), 250);
    }

    #[test]
    fn a_charge_is_never_refused_and_never_owed() {
        let (mut bucket, pace) = (Bucket::default(), pace(10, 5));
        for _ in 0..100 {
            bucket.charge(pace, SECOND);
        }
        assert!(!bucket.take(pace, SECOND));
        assert_eq!(taken(&mut bucket, pace, 2 * SECOND), 5);
    }

    #[test]
    fn a_change_of_pace_shuts_nobody_out_for_longer_than_the_new_one_would() {
        let mut bucket = Bucket::default();
        assert_eq!(taken(&mut bucket, pace(1, 1_000), SECOND), 1_000);
        assert_eq!(taken(&mut bucket, pace(100, 100), 2 * SECOND), 0);
        assert_eq!(taken(&mut bucket, pace(100, 100), 3 * SECOND), 100);
    }

    #[test]
    fn a_rate_of_0_is_no_limit_and_a_burst_of_0_is_1() {
        assert_eq!(Pace::of(Rate::OFF), None);
        assert_eq!(taken(&mut Bucket::default(), pace(1, 0), SECOND), 1);
        let widest = pace(u32::MAX, u32::MAX);
        assert!(Bucket::default().take(widest, SECOND));
        let slowest = pace(1, u32::MAX);
        assert!(Bucket::default().take(slowest, SECOND));
    }
}
