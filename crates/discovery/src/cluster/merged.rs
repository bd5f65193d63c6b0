//! One set of several listings.

use std::collections::HashSet;
use std::sync::Arc;

use hyrouter_router::Address;

use super::Contribution;
use super::listing::Listing;
use crate::{DiscoveredBackend, EntryProblem};

/// Backends and problems of listings, in their order.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) backends: Vec<DiscoveredBackend>,
    pub(super) problems: Vec<EntryProblem>,
}

impl Merged {
    /// Merges listings. A host and port that occur again are dropped: during a move an endpoint can be in two slices, and
    /// two selectors can select one pod. An id that occurs again is extended by host and port.
    pub(super) fn of<'l>(listings: impl Iterator<Item = &'l Listing>) -> Self {
        let (mut merged, mut addresses, mut ids) =
            (Self::default(), HashSet::new(), HashSet::new());
        for found in listings.flat_map(Listing::iter) {
            let backends = match found {
                Contribution::Nothing => continue,
                Contribution::Problem(problem) => {
                    merged.problems.push(problem.clone());
                    continue;
                }
                Contribution::Backends(backends) => backends,
            };
            for found in backends {
                let backend = &*found.backend;
                if !addresses.insert((backend.host.as_str(), backend.port)) {
                    continue;
                }
                let mut found = found.clone();
                if !ids.insert(Arc::clone(&found.id)) {
                    let address = Address(&backend.host, backend.port);
                    found.id = format!("{}@{address}", found.id).into();
                    ids.insert(Arc::clone(&found.id));
                }
                merged.backends.push(found);
            }
        }
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::ObjectKey;
    use hyrouter_router::Backend;

    #[test]
    fn addresses_are_unique_and_so_are_ids() {
        let mut listings = [Listing::new(10), Listing::new(10)];
        let objects = [
            (0, "b", "pod-1", "10.0.0.1", 1),
            (0, "a", "pod-1", "10.0.0.1", 2),
            (1, "a", "pod-2", "10.0.0.1", 1),
            (1, "b", "pod-1", "fd00::1", 1),
        ];
        for (listing, name, id, host, port) in objects {
            let key = ObjectKey {
                namespace: "n".into(),
                name: name.into(),
            };
            let backend = DiscoveredBackend::new(id, Backend::new(host, port));
            listings[listing].set(key, Contribution::Backends(vec![backend]));
        }
        let merged = Merged::of(listings.iter());
        let found = merged.backends.iter();
        let found: Vec<_> = found
            .map(|found| format!("{} {}", found.id, found.backend))
            .collect();
        let expected = [
            "pod-1 10.0.0.1:2",
            "pod-1@10.0.0.1:1 10.0.0.1:1",
            "pod-1@[fd00::1]:1 [fd00::1]:1",
        ];
        assert_eq!(found, expected);
    }
}
