//! The latest decisions.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::DecisionLine;

/// The latest decisions in memory. Its lock is held only while a decision is pushed, or references to decisions are
/// copied.
#[derive(Debug)]
pub struct RecentDecisions {
    capacity: usize,
    ring: Mutex<VecDeque<DecisionLine>>,
}

impl RecentDecisions {
    /// Default number of decisions, which take about 128 KiB.
    pub const DEFAULT: usize = 256;
    /// Maximum number of decisions, which take about 32 MiB.
    pub const MAX: usize = 65_536;

    /// Keeps this number of decisions, at most [`Self::MAX`].
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.min(Self::MAX);
        Self {
            capacity,
            ring: Mutex::new(VecDeque::with_capacity(capacity)),
        }
    }

    /// Returns the number of kept decisions.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns the newest decisions, newest first.
    pub fn newest(&self, limit: usize) -> Vec<DecisionLine> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.iter().rev().take(limit).cloned().collect()
    }

    pub(crate) fn push(&self, decision: DecisionLine) {
        if self.capacity == 0 {
            return;
        }
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = (ring.len() == self.capacity).then(|| ring.pop_front());
        ring.push_back(decision);
        drop(ring);
        // Freed after the lock is released.
        drop(oldest);
    }
}

impl Default for RecentDecisions {
    fn default() -> Self {
        Self::new(Self::DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::RecentDecisions;
    use crate::{DecisionLine, DecisionOutcome, DecisionRecord};

    fn push(recent: &RecentDecisions, connection: u64) {
        let now = SystemTime::UNIX_EPOCH;
        let record = DecisionRecord::new(now, connection, DecisionOutcome::Referral, "referred");
        recent.push(DecisionLine::new(&record).unwrap());
    }

    fn newest(recent: &RecentDecisions, limit: usize) -> Vec<u64> {
        let newest = recent.newest(limit);
        let values = newest
            .iter()
            .map(|line| serde_json::from_str::<serde_json::Value>(line.as_str()).unwrap());
        values
            .map(|value| value["connection"].as_u64().unwrap())
            .collect()
    }

    #[test]
    fn the_newest_come_first_and_the_oldest_go() {
        let recent = RecentDecisions::new(3);
        assert_eq!(newest(&recent, 9), [0; 0]);
        for connection in 1..=5 {
            push(&recent, connection);
        }
        assert_eq!(newest(&recent, 9), [5, 4, 3]);
        assert_eq!(newest(&recent, 2), [5, 4]);
        assert_eq!(newest(&recent, 0), [0; 0]);
    }

    #[test]
    fn memory_is_taken_once() {
        let recent = RecentDecisions::default();
        let before = recent.ring.lock().unwrap().capacity();
        for connection in 0..1_000 {
            push(&recent, connection);
        }
        assert_eq!(recent.ring.lock().unwrap().capacity(), before);
        assert_eq!(recent.newest(usize::MAX).len(), RecentDecisions::DEFAULT);
    }

    #[test]
    fn none_and_too_many() {
        let none = RecentDecisions::new(0);
        push(&none, 1);
        assert_eq!(newest(&none, 9), [0; 0]);
        assert_eq!(
            RecentDecisions::new(usize::MAX).capacity(),
            RecentDecisions::MAX
        );
    }

    #[test]
    fn many_threads_push_and_read() {
        let recent = RecentDecisions::new(16);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for connection in 0..1_000 {
                        push(&recent, connection);
                        assert!(recent.newest(99).len() <= 16);
                    }
                });
            }
        });
        assert_eq!(recent.newest(99).len(), 16);
    }
}
