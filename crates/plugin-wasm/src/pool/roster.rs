//! Roster of serving and standby instances.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A fixed number of places for serving instances.
#[derive(Debug)]
pub(crate) struct Roster {
    places: u32,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    serving: u32,
    /// Instances that stand by and have no place yet.
    standing_by: u32,
    /// Number of places handed over to standby instances that have not woken up yet.
    handed_over: u32,
    is_closed: bool,
}

impl Roster {
    pub(crate) fn new(places: u32) -> Self {
        Self {
            places,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Stands by until there is a place. Returns `false` if the pool is closed.
    pub(crate) fn take_place(&self) -> bool {
        let mut state = self.lock();
        if state.serving < self.places {
            state.serving += 1;
            return !state.is_closed;
        }
        state.standing_by += 1;
        let mut state = self
            .changed
            .wait_while(state, |state| state.handed_over == 0 && !state.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        state.handed_over = state.handed_over.saturating_sub(1);
        !state.is_closed
    }

    /// Leaves a place, to a standby instance if there is one.
    pub(crate) fn leave(&self) {
        if !self.leave_if_replaced() {
            self.lock().serving -= 1;
        }
    }

    /// Leaves a place to a standby instance. Returns whether there was one. The place is reserved for it from now on,
    /// so that no other instance leaves its place to the same one.
    pub(crate) fn leave_if_replaced(&self) -> bool {
        let mut state = self.lock();
        if state.standing_by == 0 {
            return false;
        }
        state.standing_by -= 1;
        state.handed_over += 1;
        drop(state);
        self.changed.notify_all();
        true
    }

    /// Waits for `time`. Returns `false` if the pool is closed.
    pub(crate) fn pause(&self, time: Duration) -> bool {
        let state = self.lock();
        let waited = self
            .changed
            .wait_timeout_while(state, time, |state| !state.is_closed);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.is_closed
    }

    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Returns the numbers of serving and standby instances.
    pub(crate) fn count(&self) -> (u32, u32) {
        let state = self.lock();
        (state.serving, state.standing_by)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Consistent after every statement under the lock, so a poisoned lock is usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::sync_channel;
    use std::thread;

    use super::Roster;

    #[test]
    fn one_that_stands_by_takes_one_place() {
        let roster = Arc::new(Roster::new(2));
        assert!(roster.take_place() && roster.take_place());
        let (taken, places) = sync_channel(1);
        let sleeper = {
            let roster = Arc::clone(&roster);
            thread::spawn(move || taken.send(roster.take_place()).unwrap())
        };
        while roster.count() != (2, 1) {
            thread::yield_now();
        }
        // Both are worn at the same time: the second must stay.
        assert!(roster.leave_if_replaced());
        assert!(!roster.leave_if_replaced());
        assert!(places.recv().unwrap());
        assert_eq!(roster.count(), (2, 0));
        sleeper.join().unwrap();

        // One that breaks leaves a place empty, which the next takes at once.
        roster.leave();
        assert_eq!(roster.count(), (1, 0));
        assert!(roster.take_place());
        assert_eq!(roster.count(), (2, 0));
    }

    #[test]
    fn a_closed_roster_lets_everybody_go() {
        let roster = Arc::new(Roster::new(1));
        assert!(roster.take_place());
        let sleeper = {
            let roster = Arc::clone(&roster);
            thread::spawn(move || roster.take_place())
        };
        while roster.count() != (1, 1) {
            thread::yield_now();
        }
        roster.close();
        assert!(!sleeper.join().unwrap());
        assert!(!roster.pause(std::time::Duration::from_mins(1)));
    }
}
