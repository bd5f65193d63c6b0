//! The provider.

use std::sync::Arc;

use super::PushHandle;
use super::state::PushState;
use super::state_file::StateFile;
use super::store::store;
use super::task::follow;
use super::tokens::PushTokens;
use crate::{Follow, Provider, ProviderError, Publisher, PushSettings};

/// Provider of the backends that have registered themselves.
#[derive(Debug)]
pub struct PushProvider {
    state: Arc<PushState>,
}

impl PushProvider {
    /// Creates a provider of this name with at most `max_backends` leases, and reads its tokens. Requests are refused
    /// until it is followed: its state file is read then.
    ///
    /// # Errors
    /// A token cannot be read.
    pub fn new(
        name: &str,
        max_backends: usize,
        settings: &PushSettings,
    ) -> Result<Self, ProviderError> {
        let tokens = PushTokens::open(settings.tokens.clone());
        let tokens = tokens.map_err(|error| ProviderError::Setting {
            key: "tokens",
            problem: error.to_string(),
        })?;
        let state_file = settings.state_file.clone().map(StateFile::new);
        let max_lease = settings.max_lease;
        let state = PushState::new(name, max_backends, max_lease, tokens, state_file);
        Ok(Self {
            state: Arc::new(state),
        })
    }

    /// Returns the access of requests to the provider.
    pub fn handle(&self) -> PushHandle {
        PushHandle::new(Arc::clone(&self.state))
    }
}

impl Provider for PushProvider {
    fn follow(&self, publisher: Publisher) -> Follow {
        Box::pin(follow(Arc::clone(&self.state), publisher))
    }

    fn store(&self) {
        store(&self.state);
    }

    fn push(&self) -> Option<PushHandle> {
        Some(self.handle())
    }
}
