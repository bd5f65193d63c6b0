//! Who serves and who stands by.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Places for so many instances at a time.
#[derive(Debug)]
pub(crate) struct Roster {
    places: u32,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    serving: u32,
    standing_by: u32,
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

    /// Stands by until there is a place; `false`: the pool is closed.
    pub(crate) fn take_place(&self) -> bool {
        let mut state = self.lock();
        state.standing_by += 1;
        let mut state = self
            .changed
            .wait_while(state, |state| {
                state.serving >= self.places && !state.is_closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        state.standing_by -= 1;
        if state.is_closed {
            return false;
        }
        state.serving += 1;
        true
    }

    /// Leaves a place, whether there is somebody to take it or not.
    pub(crate) fn leave(&self) {
        self.lock().serving -= 1;
        self.changed.notify_one();
    }

    /// Leaves a place if somebody stands by to take it.
    pub(crate) fn leave_if_replaced(&self) -> bool {
        let mut state = self.lock();
        if state.standing_by == 0 {
            return false;
        }
        state.serving -= 1;
        drop(state);
        self.changed.notify_one();
        true
    }

    /// Waits for that time; `false`: the pool is closed.
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

    /// How many serve, and how many stand by.
    pub(crate) fn count(&self) -> (u32, u32) {
        let state = self.lock();
        (state.serving, state.standing_by)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The counts are right after every statement that holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
