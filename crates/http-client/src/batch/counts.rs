//! How a queue fares.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many came to what end, since the queue was made. Whoever has the queue says what is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryCounts {
    /// Written, or taken by who they are for.
    pub sent: u64,
    /// Lost because the queue was full, or had ended.
    pub lost: u64,
    /// Lost because writing or sending failed, or they were not wanted.
    pub failed: u64,
}

/// Where it is counted. The number of those that wait is told apart, so that an end in a hurry can count them as lost.
#[derive(Debug, Default)]
pub struct DeliveryTally {
    accepted: AtomicU64,
    sent: AtomicU64,
    lost: AtomicU64,
    failed: AtomicU64,
}

impl DeliveryTally {
    /// What it has come to by now.
    pub fn counts(&self) -> DeliveryCounts {
        DeliveryCounts {
            sent: self.sent.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }

    /// The queue took so many.
    pub fn accepted(&self, count: u64) {
        self.accepted.fetch_add(count, Ordering::Relaxed);
    }

    /// The queue did not take them.
    pub fn not_accepted(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::Relaxed);
    }

    /// Of those that were accepted, so many are where they should be.
    pub fn sent(&self, count: u64) {
        self.sent.fetch_add(count, Ordering::Relaxed);
    }

    /// Of those that were accepted, so many will never be there.
    pub fn failed(&self, count: u64) {
        self.failed.fetch_add(count, Ordering::Relaxed);
    }

    /// Nothing that waits will be sent any more.
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
    fn what_waits_at_the_end_is_lost_once() {
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
