//! Warnings of decisions that were lost.

use std::time::Instant;

use hyrouter_http_client::batch::WarningInterval;

/// Warns of decisions that the queue of a sink did not take, once a minute.
#[derive(Debug, Default)]
pub(crate) struct LossWarning {
    interval: WarningInterval,
    reported: u64,
}

impl LossWarning {
    /// `lost` is the count since the sink was made.
    pub(crate) fn report(&mut self, sink: &str, lost: u64, now: Instant) {
        if lost > self.reported && self.interval.is_due(now) {
            let newly = lost - self.reported;
            self.reported = lost;
            tracing::warn!(
                sink,
                lost = newly,
                "decisions lost; they arrive faster than they are written"
            );
        }
    }
}
