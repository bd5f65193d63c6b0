//! The backends of a collection.

use std::collections::BTreeMap;

use crate::{DiscoveredBackend, EntryProblem};

/// Namespace and name of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ObjectKey {
    pub(crate) namespace: Box<str>,
    pub(crate) name: Box<str>,
}

/// Backends of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Contribution {
    /// No backend now, as a pod that is not ready.
    Nothing,
    /// Backends. Their ids need not be unique.
    Backends(Vec<DiscoveredBackend>),
    /// No backend, for a reason that is reported.
    Problem(EntryProblem),
}

/// Backends of the objects of a collection, in the order of their namespaces and names.
#[derive(Debug, Default)]
pub(super) struct Listing {
    found: BTreeMap<ObjectKey, Contribution>,
    /// Number of kept objects from which the last ones are dropped.
    max: usize,
    is_cut: bool,
}

impl Listing {
    /// Creates an empty listing for a provider with at most this number of backends. It keeps twice that number of
    /// objects, so that a listing that was cut rarely runs short.
    pub(super) fn new(max_backends: usize) -> Self {
        Self {
            found: BTreeMap::new(),
            max: max_backends.saturating_mul(2).max(1),
            is_cut: false,
        }
    }

    /// Sets what an object gives. Returns whether that is a change.
    pub(super) fn set(&mut self, key: ObjectKey, found: Contribution) -> bool {
        if matches!(found, Contribution::Nothing) {
            return self.remove(&key);
        }
        if self.found.get(&key) == Some(&found) {
            return false;
        }
        self.found.insert(key, found);
        if self.found.len() > self.max {
            self.found.pop_last();
            self.is_cut = true;
        }
        true
    }

    /// Removes an object. Returns whether that is a change.
    pub(super) fn remove(&mut self, key: &ObjectKey) -> bool {
        self.found.remove(key).is_some()
    }

    /// Returns whether objects that were cut off are missing now, so that a new list is needed.
    pub(super) fn is_short(&self) -> bool {
        self.is_cut && self.found.len() <= self.max / 2
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Contribution> {
        self.found.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyrouter_router::Backend;

    fn key(name: &str) -> ObjectKey {
        ObjectKey {
            namespace: "n".into(),
            name: name.into(),
        }
    }

    fn found(host: &str) -> Contribution {
        Contribution::Backends(vec![DiscoveredBackend::new("id", Backend::new(host, 1))])
    }

    #[test]
    fn only_changes_count_as_changes() {
        let mut listing = Listing::new(10);
        assert!(listing.set(key("a"), found("h")));
        assert!(!listing.set(key("a"), found("h")));
        assert!(listing.set(key("a"), found("i")));
        assert!(!listing.set(key("b"), Contribution::Nothing));
        assert!(listing.set(key("a"), Contribution::Nothing));
        assert!(!listing.remove(&key("a")));
        assert_eq!(listing.iter().count(), 0);
    }

    #[test]
    fn the_last_objects_are_cut_and_a_short_listing_is_noticed() {
        let mut listing = Listing::new(2);
        for name in ["e", "a", "d", "b", "c"] {
            listing.set(key(name), found(name));
        }
        let hosts: Vec<_> = listing.iter().cloned().collect();
        assert_eq!(hosts, ["a", "b", "c", "d"].map(found));
        assert!(!listing.is_short());
        listing.remove(&key("a"));
        assert!(!listing.is_short());
        listing.remove(&key("b"));
        assert!(listing.is_short());
    }
}
