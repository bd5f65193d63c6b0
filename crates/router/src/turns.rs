//! The counters of round robin.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{HostPattern, Router, route::Route};

/// Round-robin counters, one per route.
///
/// They live beside the snapshot that they were made for, take 8 bytes per route, and are shared by all threads that
/// decide. Used with another snapshot they are safe, but routes then share counters with unrelated routes.
#[derive(Debug)]
pub struct Turns {
    routes: Box<[AtomicUsize]>,
    default: AtomicUsize,
}

impl Turns {
    /// Creates counters for this snapshot, all at the first candidate.
    pub fn new(router: &Router) -> Self {
        Self {
            routes: router.routes.iter().map(|_| AtomicUsize::new(0)).collect(),
            default: AtomicUsize::new(0),
        }
    }

    /// Creates counters for a new snapshot. Every route that still exists continues at its count.
    ///
    /// Two routes are the same if their names and patterns are equal, at any place. The default pool is always the
    /// same. Decisions made with the old counters afterwards are not counted.
    #[must_use]
    pub fn carry(&self, old: &Router, new: &Router) -> Self {
        // Of equal routes only the first is ever taken. Reversed, its counter is entered last and stays.
        let counted: HashMap<_, _> = old
            .routes
            .iter()
            .map(|route| identity(route))
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

    /// Returns the turn of this decision and advances the counter.
    pub(crate) fn take(&self, route: Option<usize>) -> usize {
        self.counter(route).fetch_add(1, Ordering::Relaxed)
    }

    /// Returns the turn of the next decision.
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
