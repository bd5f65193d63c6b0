//! Leases, in the order of their ids and of their ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyrouter_router::Backend;
use tokio::time::Instant;

use crate::DiscoveredBackend;
use crate::document::BackendEntry;

/// Length and end of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseTerm {
    /// Time from a registration or heartbeat to the end.
    pub ttl: Duration,
    /// The end.
    pub expires_at: SystemTime,
}

/// A registered backend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeasedBackend {
    /// The backend as it was registered, with the changes of its heartbeats.
    pub entry: BackendEntry,
    /// Its lease.
    pub term: LeaseTerm,
}

/// A successful registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registered {
    /// The lease.
    pub term: LeaseTerm,
    /// `true` if the backend had no lease before.
    pub is_new: bool,
}

/// A backend with its lease. The end is known twice: by the clock that does not jump, which ends the lease, and by that
/// of the calendar, which is shown and stored.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    pub(super) backend: Arc<Backend>,
    pub(super) term: LeaseTerm,
    end: Instant,
}

impl Lease {
    /// Starts a lease now.
    pub(super) fn starting(backend: Arc<Backend>, ttl: Duration) -> Self {
        Self::with_rest(backend, ttl, ttl)
    }

    /// Continues a lease that ends after `rest`.
    pub(super) fn with_rest(backend: Arc<Backend>, ttl: Duration, rest: Duration) -> Self {
        let (now, today) = (Instant::now(), SystemTime::now());
        let term = LeaseTerm {
            ttl,
            expires_at: today.checked_add(rest).unwrap_or(today),
        };
        let end = now.checked_add(rest).unwrap_or(now);
        Self { backend, term, end }
    }
}

/// The leases of a provider.
#[derive(Debug, Default)]
pub(super) struct LeaseTable {
    leases: BTreeMap<Arc<str>, Lease>,
    ends: BTreeSet<(Instant, Arc<str>)>,
}

impl LeaseTable {
    pub(super) fn len(&self) -> usize {
        self.leases.len()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Lease> {
        self.leases.get(id)
    }

    /// Returns all leases in the order of their ids.
    pub(super) fn all(&self) -> Vec<(Arc<str>, Lease)> {
        let shared = |(id, lease): (&Arc<str>, &Lease)| (Arc::clone(id), lease.clone());
        self.leases.iter().map(shared).collect()
    }

    /// Stores a lease, and returns the one that it replaces.
    pub(super) fn put(&mut self, id: &str, lease: Lease) -> Option<Lease> {
        // The id is shared by both orders.
        let known = self.leases.get_key_value(id).map(|(id, _)| Arc::clone(id));
        let id = known.unwrap_or_else(|| id.into());
        let end = lease.end;
        let before = self.leases.insert(Arc::clone(&id), lease);
        if let Some(before) = &before {
            self.ends.remove(&(before.end, Arc::clone(&id)));
        }
        self.ends.insert((end, id));
        before
    }

    /// Removes a lease.
    pub(super) fn remove(&mut self, id: &str) -> Option<(Arc<str>, Lease)> {
        let (id, lease) = self.leases.remove_entry(id)?;
        self.ends.remove(&(lease.end, Arc::clone(&id)));
        Some((id, lease))
    }

    /// Removes a lease that has ended at `now`, if there is one.
    pub(super) fn pop_ended(&mut self, now: Instant) -> Option<(Arc<str>, Lease)> {
        if self.next_end()? > now {
            return None;
        }
        let (_, id) = self.ends.pop_first()?;
        self.leases.remove_entry(&id)
    }

    /// Returns the end of the lease that ends first.
    pub(super) fn next_end(&self) -> Option<Instant> {
        self.ends.first().map(|(end, _)| *end)
    }

    /// Returns the backends in the order of their ids.
    pub(super) fn discovered(&self) -> Vec<DiscoveredBackend> {
        let found = |(id, lease): (&Arc<str>, &Lease)| DiscoveredBackend {
            id: Arc::clone(id),
            backend: Arc::clone(&lease.backend),
            expires_at: Some(lease.term.expires_at),
        };
        self.leases.iter().map(found).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(seconds: u64) -> Lease {
        let backend = Arc::new(Backend::new("10.0.0.1", 5520));
        Lease::starting(backend, Duration::from_secs(seconds))
    }

    #[tokio::test(start_paused = true)]
    async fn both_orders_stay_the_same_set() {
        let mut table = LeaseTable::default();
        for (id, ttl) in [("b", 20), ("a", 10), ("c", 30)] {
            assert!(table.put(id, lease(ttl)).is_none());
        }
        assert!(table.put("a", lease(40)).is_some());
        let start = Instant::now();
        assert_eq!(table.next_end(), Some(start + Duration::from_secs(20)));
        assert!(table.remove("c").is_some());
        assert!(table.remove("c").is_none());
        let ended = table.pop_ended(start + Duration::from_secs(20)).unwrap();
        assert_eq!(&*ended.0, "b");
        assert!(table.pop_ended(start + Duration::from_secs(39)).is_none());
        let ids: Vec<_> = table.discovered().into_iter().map(|one| one.id).collect();
        assert_eq!(ids, ["a".into()]);
        assert_eq!((table.len(), table.ends.len()), (1, 1));
    }
}
