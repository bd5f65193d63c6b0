//! The hold that a channel has on its connection.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Closes the connection of a channel from outside, and counts its calls and floods.
#[derive(Debug, Default)]
pub(super) struct ConnectionHold {
    /// Dropped to close.
    open: Mutex<Option<oneshot::Sender<()>>>,
    calls: AtomicU64,
    floods: AtomicU64,
}

impl ConnectionHold {
    /// Registers a new connection, and drops the one before. Returns a receiver that ends when the connection is to
    /// close.
    pub(super) fn connected(&self) -> oneshot::Receiver<()> {
        let (open, closed) = oneshot::channel();
        *self.lock() = Some(open);
        closed
    }

    /// Counts a call, whose response takes frames.
    pub(super) fn count_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of calls.
    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Closes the connection. Returns whether there was one.
    pub(super) fn close(&self) -> bool {
        let open = self.lock().take();
        open.is_some_and(|open| !open.is_closed())
    }

    /// Returns whether there is a connection.
    pub(super) fn is_open(&self) -> bool {
        self.lock().as_ref().is_some_and(|open| !open.is_closed())
    }

    /// Counts a connection that the server flooded.
    pub(super) fn count_flood(&self) {
        self.floods.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many connections were closed because the server flooded them.
    pub(super) fn floods(&self) -> u64 {
        self.floods.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Option<oneshot::Sender<()>>> {
        // A poisoned lock is usable, since the value is replaced as a whole.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
