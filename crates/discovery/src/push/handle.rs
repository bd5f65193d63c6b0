//! Access of requests to a provider.

use std::net::SocketAddr;
use std::sync::Arc;

use super::PushSession;
use super::state::PushState;

/// Access of requests to a [`PushProvider`](super::PushProvider). Cheap to clone.
#[derive(Debug, Clone)]
pub struct PushHandle {
    state: Arc<PushState>,
}

impl PushHandle {
    pub(super) fn new(state: Arc<PushState>) -> Self {
        Self { state }
    }

    /// Returns the name of the provider.
    pub fn provider(&self) -> &str {
        &self.state.provider
    }

    /// Returns the access of a token that came from this address; none if it is no token of the provider. The
    /// comparison takes constant time.
    pub fn authorize(&self, token: &[u8], from: SocketAddr) -> Option<PushSession> {
        let prefixes = self.state.tokens.prefixes(token);
        let is_known = !prefixes.is_empty();
        is_known.then(|| PushSession::new(Arc::clone(&self.state), prefixes, from))
    }

    /// Takes the leases of a provider over that this one replaces, with their ends. The provider that is replaced
    /// refuses requests from then on, and its state file is left to this one.
    ///
    /// It is for a provider that is not followed yet, whose state file is then not read.
    pub fn take_over(&self, previous: &Self) {
        if !Arc::ptr_eq(&self.state, &previous.state) {
            self.state.take_over(&previous.state);
        }
    }
}
