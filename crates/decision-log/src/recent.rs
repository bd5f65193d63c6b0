//! The last decisions.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Decision;

/// The last decisions in memory. A lock is held as long as it takes to push one, or to count up those that are read.
#[derive(Debug)]
pub struct Recent {
    capacity: usize,
    ring: Mutex<VecDeque<Arc<Decision>>>,
}

impl Recent {
    /// How many are kept unless said otherwise: some screens, about 128 KiB.
    pub const DEFAULT: usize = 256;
    /// The most that can be kept: about 32 MiB.
    pub const MAX: usize = 65_536;

    /// Keeps that many, [`Recent::MAX`] at most.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.min(Self::MAX);
        Self {
            capacity,
            ring: Mutex::new(VecDeque::with_capacity(capacity)),
        }
    }

    /// How many are kept.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The newest ones, newest first.
    pub fn newest(&self, limit: usize) -> Vec<Arc<Decision>> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.iter().rev().take(limit).cloned().collect()
    }

    pub(crate) fn push(&self, decision: Arc<Decision>) {
        if self.capacity == 0 {
            return;
        }
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = (ring.len() == self.capacity).then(|| ring.pop_front());
        ring.push_back(decision);
        drop(ring);
        // Freed when nobody waits for it.
        drop(oldest);
    }
}

impl Default for Recent {
    fn default() -> Self {
        Self::new(Self::DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::Recent;
    use crate::{Decision, Outcome};

    fn push(recent: &Recent, connection: u64) {
        let now = SystemTime::UNIX_EPOCH;
        let decision = Decision::new(now, connection, Outcome::Referral, "referred");
        recent.push(Arc::new(decision));
    }

    fn newest(recent: &Recent, limit: usize) -> Vec<u64> {
        let newest = recent.newest(limit);
        newest.iter().map(|decision| decision.connection).collect()
    }

    #[test]
    fn the_newest_come_first_and_the_oldest_go() {
        let recent = Recent::new(3);
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
        let recent = Recent::default();
        let before = recent.ring.lock().unwrap().capacity();
        for connection in 0..1_000 {
            push(&recent, connection);
        }
        assert_eq!(recent.ring.lock().unwrap().capacity(), before);
        assert_eq!(recent.newest(usize::MAX).len(), Recent::DEFAULT);
    }

    #[test]
    fn none_and_too_many() {
        let none = Recent::new(0);
        push(&none, 1);
        assert_eq!(newest(&none, 9), [0; 0]);
        assert_eq!(Recent::new(usize::MAX).capacity(), Recent::MAX);
    }

    #[test]
    fn many_threads_push_and_read() {
        let recent = Recent::new(16);
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
