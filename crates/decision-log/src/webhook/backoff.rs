//! When a batch is tried again.

use std::time::{Duration, SystemTime};

use hyrouter_http_client::Backoff;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// How often a batch is sent before it is dropped. With the waits below that takes a minute and a half at most: a
/// receiver may be restarted, and one batch that it can not take does not keep the others for ever.
pub(super) const ATTEMPTS: u32 = 10;
/// The waits that a receiver did not ask for.
const WAITS: Backoff = Backoff {
    first: Duration::from_millis(250),
    longest: Duration::from_secs(30),
};
/// The longest wait that a receiver can ask for.
const LONGEST_ASKED: Duration = Duration::from_mins(1);

/// The wait before the next attempt.
pub(super) fn wait(failures: u32, asked: Option<Duration>) -> Duration {
    let own = WAITS.wait(failures);
    asked.map_or(own, |asked| asked.min(LONGEST_ASKED).max(own))
}

/// Reads `Retry-After`: seconds, or a date.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Duration::from_secs);
    }
    let date = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    let wait = date - OffsetDateTime::from(now);
    Some(wait.try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{ATTEMPTS, LONGEST_ASKED, WAITS, retry_after, wait};

    #[test]
    fn waits_grow_and_end() {
        let mut sum = Duration::ZERO;
        for (failures, most) in
            (1..ATTEMPTS).zip([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
        {
            let most = Duration::from_millis(most);
            for _ in 0..100 {
                let wait = wait(failures, None);
                assert!(wait >= most / 2 && wait <= most, "{failures}: {wait:?}");
            }
            sum += most;
        }
        assert!(sum < Duration::from_secs(92), "{sum:?}");
        assert!(wait(u32::MAX, None) <= WAITS.longest);
    }

    #[test]
    fn chance_is_in_them() {
        let first = wait(5, None);
        assert!((0..100).any(|_| wait(5, None) != first));
    }

    #[test]
    fn what_is_asked_for_has_bounds() {
        let second = Duration::from_secs(1);
        assert_eq!(wait(1, Some(second * 7)), second * 7);
        assert_eq!(wait(1, Some(second * 1_000)), LONGEST_ASKED);
        assert!(wait(1, Some(Duration::ZERO)) >= Duration::from_millis(125));
        assert!(wait(9, Some(second)) >= second * 15);
    }

    #[test]
    fn both_forms_are_read() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_470);
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(10)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            let wanted = seconds.map(Duration::from_secs);
            assert_eq!(retry_after(text, now), wanted, "{text:?}");
        }
    }
}
