//! The way of an allocated game server to its player.

use std::sync::Arc;

use hyrouter_router::Backend;
use hyrouter_text::shown;

use super::pool_queue::PoolQueue;

/// A game server that was allocated for a player. If the player leaves before it is accepted, the next player of the pool
/// gets it.
#[derive(Debug)]
pub(super) struct Handover {
    provider: Arc<str>,
    queue: Arc<PoolQueue>,
    backend: Arc<Backend>,
    is_accepted: bool,
}

impl Handover {
    pub(super) fn new(provider: &Arc<str>, queue: &Arc<PoolQueue>, backend: Arc<Backend>) -> Self {
        Self {
            provider: Arc::clone(provider),
            queue: Arc::clone(queue),
            backend,
            is_accepted: false,
        }
    }

    /// Returns the game server for the player.
    pub(super) fn accept(mut self) -> Arc<Backend> {
        self.is_accepted = true;
        Arc::clone(&self.backend)
    }
}

impl Drop for Handover {
    fn drop(&mut self) {
        if self.is_accepted {
            return;
        }
        tracing::info!(
            provider = &*self.provider,
            backend = %shown(&self.backend),
            "game server allocated for a player that left; the next player of the pool gets it"
        );
        self.queue.keep(Arc::clone(&self.backend));
    }
}
