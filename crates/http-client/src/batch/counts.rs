//! Delivery counts of recorded items.

use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers of sent, lost and failed items since the queue was made. The owner of the queue defines the items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryCounts {
    /// Written, or accepted by the receiver.
    pub sent: u64,
    /// Lost because the queue was full or closed.
    pub lost: u64,
    /// Lost because writing or sending failed, or the receiver refused them.
    pub failed: u64,
}

/// Counters for [`DeliveryCounts`]. Accepted items are counted too, so that items that wait at a forced end can be
/// counted as lost.
#[derive(Debug, Default)]
pub struct DeliveryTally {
    accepted: AtomicU64,
    sent: AtomicU64,
    lost: AtomicU64,
    failed: AtomicU64,
}

impl DeliveryTally {
    /// Returns the counts so far.
    pub fn counts(&self) -> DeliveryCounts {
        DeliveryCounts {
            sent: self.sent.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }

    /// Counts items that the queue accepted.
    pub fn accepted(&self, count: u64) {
        self.accepted.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts items as lost because the queue did not accept them.
    pub fn not_accepted(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts accepted items as sent.
    pub fn sent(&self, count: u64) {
        self.sent.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts accepted items as failed.
    pub fn failed(&self, count: u64) {
        self.failed.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts accepted items as lost if they were neither sent nor failed.
    pub fn give_up(&self) {
        let done = self.sent.load(Ordering::Relaxed) + self.failed.load(Ordering::Relaxed);
        let accepted = self.accepted.swap(done, Ordering::Relaxed);
        self.lost
            .fetch_add(accepted.saturating_sub(done), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::DeliveryTally;

    #[test]
    fn waiting_items_are_lost_once_at_the_end() {
        let tally = DeliveryTally::default();
        for _ in 0..5 {
            tally.accepted(2);
        }
        tally.not_accepted(1);
        tally.sent(3);
        tally.failed(2);
        tally.give_up();
        tally.give_up();
        let counts = tally.counts();
        assert_eq!((counts.sent, counts.lost, counts.failed), (3, 6, 2));
    }
}
