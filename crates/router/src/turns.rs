//! The counters of round robin.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{HostPattern, Router, route::Route};

/// Whose turn it is under round robin, per route.
///
/// It lives beside the snapshot that it was made for, 8 bytes a route, and is shared by all who decide. With the
/// snapshot of another configuration nothing breaks, but routes then count on one another's counters.
#[derive(Debug)]
pub struct Turns {
    routes: Box<[AtomicUsize]>,
    default: AtomicUsize,
}

impl Turns {
    /// Counters for this snapshot, all at the first candidate.
    pub fn new(router: &Router) -> Self {
        Self {
            routes: router.routes.iter().map(|_| AtomicUsize::new(0)).collect(),
            default: AtomicUsize::new(0),
        }
    }

    /// Counters for a new snapshot, where every route that still exists goes on where it was.
    ///
    /// It is the same route when name and patterns are the same, wherever it stands; the default pool is always the
    /// same. Decisions that are made with the old counters afterwards do not count.
    #[must_use]
    pub fn carry(&self, old: &Router, new: &Router) -> Self {
        // Of routes that are the same only the first is ever taken, so its counter is entered last.
        let counted: HashMap<_, _> = old
            .routes
            .iter()
            .map(identity)
            .zip(self.routes.iter())
            .rev()
            .collect();
        let carried = |route| {
            counted
                .get(&identity(route))
                .map_or(0, |turn| turn.load(Ordering::Relaxed))
        };
        Self {
            routes: new
                .routes
                .iter()
                .map(|route| AtomicUsize::new(carried(route)))
                .collect(),
            default: AtomicUsize::new(self.default.load(Ordering::Relaxed)),
        }
    }

    /// The turn of this decision; the next decision has the next one.
    pub(crate) fn take(&self, route: Option<usize>) -> usize {
        self.counter(route).fetch_add(1, Ordering::Relaxed)
    }

    /// The turn that the next decision would have.
    pub(crate) fn peek(&self, route: Option<usize>) -> usize {
        self.counter(route).load(Ordering::Relaxed)
    }

    fn counter(&self, route: Option<usize>) -> &AtomicUsize {
        route
            .and_then(|index| self.routes.get(index))
            .unwrap_or(&self.default)
    }
}

fn identity(route: &Route) -> (&str, &[HostPattern]) {
    (&route.name, &route.patterns)
}
