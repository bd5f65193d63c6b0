//! When spans are sent again.

use std::time::Duration;

/// How often a batch is sent before it is dropped. With the waits below that takes four seconds at most: a collector
/// may be restarted, and nobody misses a trace.
pub(crate) const ATTEMPTS: u32 = 5;
/// The wait after the first failure. Each is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(250);
/// The longest wait that a collector can ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// The wait before the next attempt, half of it by chance, so that many routers do not come back at once.
pub(crate) fn wait(failures: u32, asked: Option<Duration>) -> Duration {
    let whole = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(ATTEMPTS));
    let own = whole.mul_f64(rand::random_range(0.5..=1.0));
    asked.map_or(own, |asked| asked.min(LONGEST_ASKED).max(own))
}

/// Reads `Retry-After` in seconds. A date is not worth a parser here.
pub(crate) fn retry_after(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ATTEMPTS, LONGEST_ASKED, retry_after, wait};

    #[test]
    fn waits_grow_and_end() {
        for (failures, most) in (1..ATTEMPTS).zip([250, 500, 1_000, 2_000]) {
            let most = Duration::from_millis(most);
            for _ in 0..100 {
                let wait = wait(failures, None);
                assert!(wait >= most / 2 && wait <= most, "{failures}: {wait:?}");
            }
        }
        assert!(wait(u32::MAX, None) <= Duration::from_secs(8));
    }

    #[test]
    fn what_is_asked_for_has_bounds() {
        let asked = |text| wait(1, retry_after(text));
        assert_eq!(asked(" 7 "), Duration::from_secs(7));
        assert_eq!(asked("3600"), LONGEST_ASKED);
        for text in ["0", "", "-1", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            let wait = asked(text);
            assert!(wait >= Duration::from_millis(125) && wait <= Duration::from_millis(250));
        }
    }
}
