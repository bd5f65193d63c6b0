//! The number of players that wait.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{AllocationFailed, AllocationFailure};

/// Maximum number of players of a provider that wait, 1 KiB each at most.
const MAX_WAITING: usize = 1_000;
/// Number of players of a provider that wait.
#[derive(Debug, Default)]
pub(super) struct WaitingPlayers(AtomicUsize);

impl WaitingPlayers {
    /// Takes a place, which is free again when the returned value is dropped.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn enter(&self) -> Result<WaitingPlace<'_>, AllocationFailed> {
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        let place = WaitingPlace(&self.0);
        if before >= MAX_WAITING {
            return Err(AllocationFailed::new(
                AllocationFailure::Busy,
                format_args!("{MAX_WAITING} players wait already"),
            ));
        }
        Ok(place)
    }
}

/// The place of a player among those that wait.
#[derive(Debug)]
pub(super) struct WaitingPlace<'a>(&'a AtomicUsize);

impl Drop for WaitingPlace<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
