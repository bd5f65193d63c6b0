//! Requests of a token.

use std::net::SocketAddr;
use std::sync::Arc;

use hyrouter_router::Backend;
use hyrouter_text::shown;

use super::lease::Lease;
use super::state::PushState;
use super::{Heartbeat, LeaseTerm, LeasedBackend, PushRefusal, Registered, Registration};
use crate::document::BackendEntry;
use crate::{DiscoveredBackend, MAX_ID};

/// Access of one token to the leases of a provider, from [`PushHandle::authorize`](super::PushHandle::authorize).
///
/// No method waits. A refused request changes nothing.
#[derive(Debug)]
pub struct PushSession {
    state: Arc<PushState>,
    prefixes: Vec<String>,
    from: SocketAddr,
}

impl PushSession {
    pub(super) fn new(state: Arc<PushState>, prefixes: Vec<String>, from: SocketAddr) -> Self {
        Self {
            state,
            prefixes,
            from,
        }
    }

    /// Checks that the token may change the backend of this id.
    ///
    /// # Errors
    /// The id begins with no prefix of the token.
    pub fn check_id(&self, id: &str) -> Result<(), PushRefusal> {
        if self.is_allowed(id) {
            return Ok(());
        }
        Err(PushRefusal::OtherPrefix {
            id: id.to_owned(),
            prefixes: self.prefixes.clone(),
        })
    }

    fn is_allowed(&self, id: &str) -> bool {
        self.prefixes.iter().any(|prefix| id.starts_with(prefix))
    }

    /// Registers a backend, or replaces it and renews its lease.
    ///
    /// # Errors
    /// The token cannot change this id, the backend cannot be used, or the provider has as many leases as it may have.
    pub fn register(
        &self,
        id: &str,
        registration: Registration,
    ) -> Result<Registered, PushRefusal> {
        self.check_id(id)?;
        let (found, ttl) = registration.checked(id, self.state.max_lease)?;
        let mut leases = self.state.serving()?;
        let known = leases.table.get(id).map(|lease| &lease.backend);
        // The same allocation for the same backend: readers compare it.
        let (backend, is_same) = match known {
            Some(known) if *known == found.backend => (Arc::clone(known), true),
            Some(_) => (found.backend, false),
            None if leases.table.len() < self.state.max_backends => (found.backend, false),
            None => {
                return Err(PushRefusal::Full {
                    max: self.state.max_backends,
                });
            }
        };
        let lease = Lease::starting(Arc::clone(&backend), ttl);
        let term = lease.term;
        let is_new = leases.table.put(id, lease).is_none();
        self.state.touch(&mut leases, !is_same);
        drop(leases);
        if is_new {
            self.log_change(id, &backend, "backend registered");
        } else {
            self.log_renewal(id, &backend);
        }
        Ok(Registered { term, is_new })
    }

    /// Renews the lease of a backend for as long as before, and changes what the heartbeat has.
    ///
    /// # Errors
    /// The token cannot change this id, or the backend has no lease.
    pub fn heartbeat(&self, id: &str, heartbeat: Heartbeat) -> Result<LeaseTerm, PushRefusal> {
        self.check_id(id)?;
        let mut leases = self.state.serving()?;
        let Some(lease) = leases.table.get(id) else {
            return Err(no_lease(id));
        };
        let (mut backend, ttl) = (Arc::clone(&lease.backend), lease.term.ttl);
        let is_changed = heartbeat.changes(&backend);
        if is_changed {
            heartbeat.apply(Arc::make_mut(&mut backend));
            let changed = DiscoveredBackend::new(id, Backend::clone(&backend));
            if let Some(problem) = changed.problem() {
                return Err(PushRefusal::Invalid(problem));
            }
        }
        let lease = Lease::starting(Arc::clone(&backend), ttl);
        let term = lease.term;
        leases.table.put(id, lease);
        self.state.touch(&mut leases, is_changed);
        drop(leases);
        self.log_renewal(id, &backend);
        Ok(term)
    }

    /// Ends the lease of a backend.
    ///
    /// # Errors
    /// The token cannot change this id, or the backend has no lease.
    pub fn end(&self, id: &str) -> Result<(), PushRefusal> {
        self.check_id(id)?;
        let mut leases = self.state.serving()?;
        let Some((_, lease)) = leases.table.remove(id) else {
            return Err(no_lease(id));
        };
        self.state.touch(&mut leases, true);
        drop(leases);
        self.log_change(id, &lease.backend, "backend lease ended");
        Ok(())
    }

    /// Returns a backend with its lease.
    ///
    /// # Errors
    /// The token cannot change this id, or the backend has no lease.
    pub fn get(&self, id: &str) -> Result<LeasedBackend, PushRefusal> {
        self.check_id(id)?;
        let leases = self.state.serving()?;
        let lease = leases.table.get(id).ok_or_else(|| no_lease(id))?;
        Ok(leased(id, lease))
    }

    /// Returns the backends that the token may change, in the order of their ids.
    ///
    /// # Errors
    /// The provider is starting.
    pub fn list(&self) -> Result<Vec<LeasedBackend>, PushRefusal> {
        let all = self.state.serving()?.table.all();
        let own = all.iter().filter(|(id, _)| self.is_allowed(id));
        Ok(own.map(|(id, lease)| leased(id, lease)).collect())
    }

    fn log_change(&self, id: &str, backend: &Backend, event: &'static str) {
        let (provider, from) = (&*self.state.provider, self.from);
        tracing::info!(
            provider,
            id = shown(id).within(MAX_ID).to_string(),
            backend = %shown(backend),
            %from,
            "{event}"
        );
    }

    fn log_renewal(&self, id: &str, backend: &Backend) {
        let (provider, from) = (&*self.state.provider, self.from);
        tracing::debug!(
            provider,
            id = shown(id).within(MAX_ID).to_string(),
            backend = %shown(backend),
            %from,
            "backend lease renewed"
        );
    }
}

fn no_lease(id: &str) -> PushRefusal {
    PushRefusal::NoLease { id: id.to_owned() }
}

fn leased(id: &str, lease: &Lease) -> LeasedBackend {
    LeasedBackend {
        entry: BackendEntry::from_backend(id, &lease.backend),
        term: lease.term,
    }
}
