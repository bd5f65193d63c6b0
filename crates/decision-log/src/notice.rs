//! Warnings that do not flood the log.

use std::time::{Duration, Instant};

/// Failures of a sink come by the thousand, and one line tells them.
const EVERY: Duration = Duration::from_mins(1);

/// Lets one warning through a minute.
#[derive(Debug, Default)]
pub(crate) struct Notice {
    last: Option<Instant>,
}

impl Notice {
    /// Whether a warning may be given now.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self
            .last
            .is_none_or(|last| now.saturating_duration_since(last) >= EVERY);
        if is_due {
            self.last = Some(now);
        }
        is_due
    }
}

/// Tells of decisions that the queue did not take.
#[derive(Debug, Default)]
pub(crate) struct LossNotice {
    notice: Notice,
    told: u64,
}

impl LossNotice {
    pub(crate) fn tell(&mut self, sink: &str, lost: u64, now: Instant) {
        if lost > self.told && self.notice.is_due(now) {
            let newly = lost - self.told;
            self.told = lost;
            tracing::warn!(
                sink,
                lost = newly,
                "decisions were lost: they come faster than they are taken"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Notice;

    #[test]
    fn one_a_minute() {
        let mut notice = Notice::default();
        let start = Instant::now();
        let due = [0, 1, 59, 60, 61, 119, 120, 1_000]
            .map(|second| notice.is_due(start + Duration::from_secs(second)));
        assert_eq!(due, [true, false, false, true, false, false, true, true]);
    }
}
