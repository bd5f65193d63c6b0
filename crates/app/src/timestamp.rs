//! Text forms of times.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Returns milliseconds since 1970, as in envelopes; 0 for earlier times.
pub fn millis(at: SystemTime) -> u64 {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Returns seconds since 1970; negative for earlier times.
pub fn unix(at: SystemTime) -> f64 {
    match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

/// Returns the current time in seconds since 1970.
pub(crate) fn unix_now() -> f64 {
    unix(SystemTime::now())
}

/// Returns a time as `2026-12-01T00:00:00Z`, to the second; as milliseconds since 1970 if the year has no such form.
pub fn text(at: SystemTime) -> String {
    let seconds = Duration::from_millis(millis(at)).as_secs();
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{} ms", millis(at)))
}

/// Returns a duration as `46.9 ms`.
pub fn span(time: Duration) -> String {
    let text = format!("{time:.1?}");
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.strip_prefix(number).unwrap_or_default();
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_unit_apart() {
        for (micros, told) in [(7, "7.0 µs"), (46_920, "46.9 ms"), (10_000_000, "10.0 s")] {
            assert_eq!(span(Duration::from_micros(micros)), told);
        }
    }

    #[test]
    fn times_are_told_to_the_second_and_any_is_told() {
        let at = |millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
        assert_eq!(text(at(1_796_083_200_999)), "2026-12-01T00:00:00Z");
        assert_eq!(text(at(300_000_000_000_000)), "300000000000000 ms");
        assert_eq!(millis(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), 0);
    }
}
