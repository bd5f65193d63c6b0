//! How a sink fares.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many decisions came to what end in one sink, since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Written or taken by the receiver.
    pub sent: u64,
    /// Lost because the queue was full, or the sink closed.
    pub lost: u64,
    /// Lost because writing or sending failed.
    pub failed: u64,
}

/// Where it is counted. The number of those that wait is told apart, so that an end in a hurry can count them as lost.
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

    pub(crate) fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// The queue did not take it.
    pub(crate) fn not_accepted(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self, count: u64) {
        self.sent.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, count: u64) {
        self.failed.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Nothing that waits will be sent any more.
    pub(crate) fn give_up(&self) {
        let done = self.sent.load(Ordering::Relaxed) + self.failed.load(Ordering::Relaxed);
        let accepted = self.accepted.swap(done, Ordering::Relaxed);
        self.lost
            .fetch_add(accepted.saturating_sub(done), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn what_waits_at_the_end_is_lost_once() {
        let tally = Tally::default();
        for _ in 0..10 {
            tally.accepted();
        }
        tally.not_accepted();
        tally.sent(3);
        tally.failed(2);
        tally.give_up();
        tally.give_up();
        let counts = tally.counts();
        assert_eq!((counts.sent, counts.lost, counts.failed), (3, 6, 2));
    }
}
