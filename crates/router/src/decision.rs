//! What was decided.

use std::{fmt, sync::Arc};

use crate::{
    Backend, Strategy,
    candidates::{self, Candidates},
};

/// Where a player goes, or why nowhere.
#[derive(Debug)]
pub enum Decision<'r> {
    /// To a backend.
    Backend(Choice<'r>),
    /// No route matches the host and there is no default pool.
    NoRoute,
    /// No policy of the pool, fallbacks included, left a candidate.
    NoBackends {
        /// The route whose pool it is.
        route: RouteRef<'r>,
        /// The strategy that the pool would have picked by.
        strategy: Strategy,
    },
}

impl<'r> Decision<'r> {
    /// The stable code of what went wrong: `no_route`, `no_backends`, or none when there is a backend.
    pub const fn reason_code(&self) -> Option<&'static str> {
        match self {
            Self::Backend(_) => None,
            Self::NoRoute => Some("no_route"),
            Self::NoBackends { .. } => Some("no_backends"),
        }
    }

    /// The route that was taken, if there was one.
    pub const fn route(&self) -> Option<RouteRef<'r>> {
        match self {
            Self::Backend(choice) => Some(choice.route),
            Self::NoBackends { route, .. } => Some(*route),
            Self::NoRoute => None,
        }
    }
}

/// The backend that was picked, and from what.
#[derive(Debug)]
pub struct Choice<'r> {
    pub(crate) backend: &'r Arc<Backend>,
    pub(crate) selected: usize,
    pub(crate) candidates: Candidates<'r>,
    pub(crate) strategy: Strategy,
    pub(crate) route: RouteRef<'r>,
    pub(crate) fallback: usize,
}

impl<'r> Choice<'r> {
    /// The backend that was picked.
    pub const fn backend(&self) -> &'r Arc<Backend> {
        self.backend
    }

    /// Its place among the [candidates](Self::candidates), from 0.
    pub const fn selected_index(&self) -> usize {
        self.selected
    }

    /// All candidates: those that passed the filters, sorted, up to the limit.
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = &'r Arc<Backend>> {
        candidates::backends(self.candidates.iter())
    }

    /// The strategy that picked.
    pub const fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// The route that was taken.
    pub const fn route(&self) -> RouteRef<'r> {
        self.route
    }

    /// How many fallback steps were taken: 0 when the pool's own policy had candidates.
    pub const fn fallback(&self) -> usize {
        self.fallback
    }
}

/// Names a route of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteRef<'r> {
    /// The route's name; `default` for the default pool.
    pub name: &'r Arc<str>,
    /// Its place among the routes, from 0; none for the default pool.
    pub index: Option<usize>,
}

impl fmt::Display for RouteRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
