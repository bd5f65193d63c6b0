//! The order of a pool: its request, its turns, and game servers that were allocated for players who left.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyrouter_router::Backend;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::request::AllocationRequest;

/// Maximum number of requests of a pool that are in progress. Agones takes up to 100 into one batch.
const MAX_IN_FLIGHT: usize = 64;
/// Time for which a game server is kept for the next player.
const SPARE_TIME: Duration = Duration::from_secs(10);

/// State of the order of a pool.
#[derive(Debug)]
pub(super) struct PoolQueue {
    pub(super) request: AllocationRequest,
    /// Turns, given in the order of the players.
    pub(super) turns: Arc<Semaphore>,
    state: Mutex<QueueState>,
}

#[derive(Debug, Default)]
struct QueueState {
    spares: VecDeque<(Instant, Arc<Backend>)>,
    last_success: Option<Instant>,
}

impl PoolQueue {
    pub(super) fn new(request: AllocationRequest) -> Self {
        Self {
            request,
            turns: Arc::new(Semaphore::new(MAX_IN_FLIGHT)),
            state: Mutex::default(),
        }
    }

    /// Returns a game server that was allocated for a player who left, if there is one.
    pub(super) fn spare(&self) -> Option<Arc<Backend>> {
        let mut state = self.lock();
        while let Some((since, backend)) = state.spares.pop_front() {
            if since.elapsed() < SPARE_TIME {
                return Some(backend);
            }
        }
        None
    }

    /// Keeps a game server whose player left for the next player. There are at most as many as requests within the time.
    pub(super) fn keep(&self, backend: Arc<Backend>) {
        let mut state = self.lock();
        state
            .spares
            .retain(|(since, _)| since.elapsed() < SPARE_TIME);
        state.spares.push_back((Instant::now(), backend));
    }

    /// Records that a request got a game server.
    pub(super) fn succeeded(&self) {
        self.lock().last_success = Some(Instant::now());
    }

    /// Returns whether a request got a game server after this time.
    pub(super) fn succeeded_since(&self, time: Instant) -> bool {
        self.lock().last_success.is_some_and(|last| last >= time)
    }

    /// Returns whether it can be forgotten.
    pub(super) fn is_idle(&self) -> bool {
        let mut state = self.lock();
        state
            .spares
            .retain(|(since, _)| since.elapsed() < SPARE_TIME);
        state.spares.is_empty() && self.turns.available_permits() == MAX_IN_FLIGHT
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
