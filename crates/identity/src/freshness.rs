//! Age of keys, and the limit to it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Time at which the keys were last confirmed, and how long they are used from then on.
#[derive(Debug)]
pub(crate) struct Freshness {
    max_stale: Duration,
    /// Milliseconds since 1970.
    confirmed: AtomicU64,
}

const NEVER: u64 = u64::MAX;

impl Freshness {
    pub(crate) const fn new(max_stale: Duration) -> Self {
        Self {
            max_stale,
            confirmed: AtomicU64::new(NEVER),
        }
    }

    pub(crate) fn confirm(&self, now: SystemTime) {
        self.confirmed.store(milliseconds(now), Ordering::Relaxed);
    }

    pub(crate) fn begin_with(&self, other: &Self) {
        let confirmed = other.confirmed.load(Ordering::Relaxed);
        self.confirmed.store(confirmed, Ordering::Relaxed);
    }

    /// Returns the age of the keys, zero if the clock was set back. `None`: never confirmed.
    pub(crate) fn age(&self, now: SystemTime) -> Option<Duration> {
        let confirmed = self.confirmed.load(Ordering::Relaxed);
        let age = || Duration::from_millis(milliseconds(now).saturating_sub(confirmed));
        (confirmed != NEVER).then(age)
    }

    pub(crate) fn is_over(&self, now: SystemTime) -> bool {
        self.age(now).is_some_and(|age| age >= self.max_stale)
    }
}

fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let since = since.unwrap_or_default().as_millis();
    u64::try_from(since).unwrap_or(NEVER - 1)
}
