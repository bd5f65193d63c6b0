//! Warnings about lost decisions.

use std::time::Instant;

use hyrouter_http_client::batch::WarningInterval;

/// Warns about decisions that did not fit the queue of a sink, at most once a minute.
#[derive(Debug, Default)]
pub(crate) struct LossWarning {
    interval: WarningInterval,
    reported: u64,
}

impl LossWarning {
    /// Warns if `lost`, the number since the sink was made, has grown.
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
