//! Times of fetches.

use std::time::Duration;

use hyrouter_http_client::Backoff;
use tokio::time::Instant;

use super::KeeperSettings;

/// Time of the next fetch. Reads no clock; only the jitter is random.
#[derive(Debug)]
pub(super) struct Schedule {
    refresh: Duration,
    refetch_interval: Duration,
    backoff: Backoff,
    /// Number of failed fetches since the last good one.
    failures: u32,
    next: Instant,
    /// `true` if `next` is due to an unknown key.
    is_early: bool,
    /// Time of the last fetch for an unknown key.
    last_early: Option<Instant>,
}

impl Schedule {
    pub(super) fn new(settings: &KeeperSettings, now: Instant) -> Self {
        Self {
            refresh: settings.refresh,
            refetch_interval: settings.refetch_interval,
            backoff: Backoff {
                first: settings.backoff,
                longest: settings.refresh,
            },
            failures: 0,
            next: now,
            is_early: false,
            last_early: None,
        }
    }

    pub(super) fn next(&self) -> Instant {
        self.next
    }

    pub(super) fn is_early(&self) -> bool {
        self.is_early
    }

    /// Records the start of a fetch.
    pub(super) fn begun(&mut self, now: Instant) {
        if std::mem::take(&mut self.is_early) {
            self.last_early = Some(now);
        }
    }

    /// Records the end of a fetch.
    pub(super) fn ended(&mut self, is_good: bool, now: Instant) {
        let wait = if is_good {
            self.failures = 0;
            self.refresh.mul_f64(rand::random_range(0.9..=1.1))
        } else {
            self.failures = self.failures.saturating_add(1);
            self.backoff.wait(self.failures)
        };
        self.next = now + wait;
    }

    /// Records that a token named an unknown key: the next fetch is due now, or as soon as one more is allowed.
    pub(super) fn unknown_key(&mut self, now: Instant) {
        let allowed = match self.last_early {
            Some(last) => now.max(last + self.refetch_interval),
            None => now,
        };
        if allowed < self.next {
            self.next = allowed;
            self.is_early = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{KeeperSettings, Schedule};

    const SECOND: Duration = Duration::from_secs(1);

    fn schedule(now: Instant) -> Schedule {
        Schedule::new(&KeeperSettings::default(), now)
    }

    #[test]
    fn the_first_fetch_is_due_at_once_and_the_next_after_about_the_refresh() {
        let now = Instant::now();
        let mut waits = BTreeSet::new();
        for _ in 0..200 {
            let mut schedule = schedule(now);
            assert_eq!(schedule.next(), now);
            schedule.begun(now);
            schedule.ended(true, now + SECOND);
            waits.insert(schedule.next() - (now + SECOND));
        }
        let (least, most) = (*waits.first().unwrap(), *waits.last().unwrap());
        assert!(least >= 540 * SECOND && most <= 660 * SECOND, "{waits:?}");
        // 200 waits in the middle third alone would be chance of one in 10^95.
        assert!(least < 580 * SECOND && most > 620 * SECOND, "{waits:?}");
    }

    #[test]
    fn waits_after_failures_grow_up_to_the_refresh() {
        let now = Instant::now();
        let mut schedule = schedule(now);
        for whole in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600] {
            schedule.begun(now);
            schedule.ended(false, now);
            let wait = schedule.next() - now;
            assert!((SECOND * whole / 2..=SECOND * whole).contains(&wait));
        }
        for _ in 0..100 {
            schedule.ended(false, now);
            assert!(schedule.next() - now <= 600 * SECOND);
        }
        schedule.ended(true, now);
        schedule.ended(false, now);
        assert!(
            schedule.next() - now <= SECOND,
            "a good fetch resets the count"
        );
    }

    #[test]
    fn waits_of_several_differ() {
        let now = Instant::now();
        let mut waits = BTreeSet::new();
        for _ in 0..20 {
            let mut schedule = schedule(now);
            schedule.ended(false, now);
            waits.insert(schedule.next());
        }
        assert!(waits.len() > 5, "{waits:?}");
    }

    #[test]
    fn an_unknown_key_triggers_one_fetch_per_interval() {
        let now = Instant::now();
        let mut schedule = schedule(now);
        schedule.begun(now);
        schedule.ended(true, now);

        let seen = now + SECOND;
        schedule.unknown_key(seen);
        assert!(schedule.is_early());
        assert_eq!(
            schedule.next(),
            seen,
            "a scheduled fetch delays no fetch for an unknown key"
        );
        schedule.begun(seen);
        assert!(!schedule.is_early());
        schedule.ended(true, seen + SECOND);

        schedule.unknown_key(seen + 2 * SECOND);
        assert_eq!(schedule.next(), seen + 30 * SECOND);
        schedule.begun(seen + 30 * SECOND);
        schedule.ended(false, seen + 30 * SECOND);

        schedule.unknown_key(seen + 30 * SECOND);
        let retry = schedule.next();
        assert!(
            retry <= seen + 31 * SECOND,
            "a retry that is due comes first"
        );
        assert!(!schedule.is_early());
        schedule.begun(retry);
        schedule.ended(true, retry);
        schedule.unknown_key(seen + 100 * SECOND);
        assert_eq!(schedule.next(), seen + 100 * SECOND);
    }
}
