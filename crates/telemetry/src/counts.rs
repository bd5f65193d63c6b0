//! How a tracer fares.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many spans came to what end, since the tracer was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Taken by the collector.
    pub sent: u64,
    /// Lost because the queue was full, or the tracer had ended.
    pub lost: u64,
    /// Lost because the collector was away or did not want them.
    pub failed: u64,
}

/// Where it is counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    accepted: AtomicU64,
    sent: AtomicU64,
    lost: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            sent: self.sent.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn accepted(&self, spans: u64) {
        self.accepted.fetch_add(spans, Ordering::Relaxed);
    }

    /// The queue did not take them.
    pub(crate) fn not_accepted(&self, spans: u64) {
        self.lost.fetch_add(spans, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self, spans: u64) {
        self.sent.fetch_add(spans, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, spans: u64) {
        self.failed.fetch_add(spans, Ordering::Relaxed);
    }

    /// Nothing that waits will be sent any more.
    pub(crate) fn give_up(&self) {
        let done = self.sent.load(Ordering::Relaxed) + self.failed.load(Ordering::Relaxed);
        let accepted = self.accepted.swap(done, Ordering::Relaxed);
        self.lost
            .fetch_add(accepted.saturating_sub(done), Ordering::Relaxed);
    }
}
