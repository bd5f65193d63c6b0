//! Warnings that do not flood the log.

use std::time::{Duration, Instant};

/// Time between two warnings. Failures come by the thousand.
const INTERVAL: Duration = Duration::from_mins(1);

/// Lets one warning a minute through.
#[derive(Debug, Default)]
pub struct WarningInterval {
    last: Option<Instant>,
}

impl WarningInterval {
    /// Returns whether a warning is due, and counts it as given if it is.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self
            .last
            .is_none_or(|last| now.saturating_duration_since(last) >= INTERVAL);
        if is_due {
            self.last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::WarningInterval;

    #[test]
    fn one_a_minute() {
        let mut interval = WarningInterval::default();
        let start = Instant::now();
        let due = [0, 1, 59, 60, 61, 119, 120, 1_000]
            .map(|second| interval.is_due(start + Duration::from_secs(second)));
        assert_eq!(due, [true, false, false, true, false, false, true, true]);
    }
}
