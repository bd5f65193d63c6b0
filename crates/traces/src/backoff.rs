//! When spans are sent again.

use std::time::Duration;

use hyrouter_http_client::Backoff;

/// How often a batch is sent before it is dropped. With the waits below that takes four seconds at most: a collector
/// may be restarted, and nobody misses a trace.
pub(crate) const ATTEMPTS: u32 = 5;
/// The waits that a collector did not ask for.
const WAITS: Backoff = Backoff {
    first: Duration::from_millis(250),
    longest: Duration::from_secs(8),
};
/// The longest wait that a collector can ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// The wait before the next attempt.
pub(crate) fn wait(failures: u32, asked: Option<Duration>) -> Duration {
    let own = WAITS.wait(failures);
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
