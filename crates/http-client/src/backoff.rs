//! Waits before failed attempts are repeated.

use std::time::Duration;

/// Waits that double with each failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Wait after the first failure.
    pub first: Duration,
    /// Longest wait.
    pub longest: Duration,
}

impl Backoff {
    /// Returns the wait after this number of consecutive failures, less a random part of at most 50 %, so that many
    /// routers do not retry at the same time.
    pub fn wait(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.longest);
        rand::random_range(whole / 2..=whole)
    }
}

/// Maximum number of attempts, and the waits between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Maximum number of attempts.
    pub attempts: u32,
    /// Waits if the server does not ask for longer ones.
    pub backoff: Backoff,
    /// Maximum wait that the server can ask for.
    pub longest_asked: Duration,
}

impl Retry {
    /// Returns the wait before the next attempt after this number of failed ones; `None` after the last attempt. `asked`
    /// is the wait that the server asks for. It applies if it is longer than the wait of the back-off.
    pub fn wait(&self, failures: u32, asked: Option<Duration>) -> Option<Duration> {
        let own = (failures < self.attempts).then(|| self.backoff.wait(failures))?;
        Some(asked.map_or(own, |asked| asked.min(self.longest_asked).max(own)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::{Backoff, Retry};

    const WAITS: Backoff = Backoff {
        first: Duration::from_millis(250),
        longest: Duration::from_secs(6),
    };

    #[test]
    fn waits_grow_up_to_the_longest() {
        let wholes = [(0, 250), (1, 250), (2, 500), (3, 1_000), (5, 4_000)];
        let longest = [(6, 6_000), (40, 6_000), (u32::MAX, 6_000)];
        for (failures, whole) in wholes.into_iter().chain(longest) {
            let whole = Duration::from_millis(whole);
            for _ in 0..100 {
                let wait = WAITS.wait(failures);
                assert!(wait >= whole / 2 && wait <= whole, "{failures}: {wait:?}");
            }
        }
    }

    #[test]
    fn jitter_takes_off_at_most_half() {
        let waits: BTreeSet<_> = (0..200).map(|_| WAITS.wait(3)).collect();
        let (least, most) = (*waits.first().unwrap(), *waits.last().unwrap());
        // 200 waits that miss 20 % of the range would be chance of one in 10^19.
        assert!(least < Duration::from_millis(600), "{waits:?}");
        assert!(most > Duration::from_millis(900), "{waits:?}");
    }

    #[test]
    fn any_durations_will_do() {
        for (first, longest) in [
            (Duration::MAX, Duration::MAX),
            (Duration::ZERO, Duration::MAX),
            (Duration::MAX, Duration::ZERO),
            (Duration::from_nanos(1), Duration::MAX),
        ] {
            let waits = Backoff { first, longest };
            for failures in [0, 1, 31, u32::MAX] {
                assert!(waits.wait(failures) <= longest);
            }
        }
    }

    #[test]
    fn attempts_and_waits_that_are_asked_for_have_bounds() {
        let retry = Retry {
            attempts: 10,
            backoff: WAITS,
            longest_asked: Duration::from_mins(1),
        };
        let second = Duration::from_secs(1);
        assert_eq!(retry.wait(1, Some(second * 7)), Some(second * 7));
        assert_eq!(retry.wait(1, Some(second * 1_000)), Some(second * 60));
        assert!(retry.wait(1, Some(Duration::ZERO)) >= Some(Duration::from_millis(125)));
        assert!(retry.wait(9, Some(second)) >= Some(second * 3));
        assert!(retry.wait(9, None) <= Some(second * 6));
        assert_eq!(retry.wait(10, None), None);
        assert_eq!(retry.wait(u32::MAX, Some(second)), None);
    }
}
