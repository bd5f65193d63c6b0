//! The result of a decision.

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use crate::{Backend, Strategy, candidates::Candidates, named::named, pool::PoolEntry};

/// The backend that a player is sent to, or the reason why there is none.
#[derive(Debug)]
#[non_exhaustive]
pub enum RouteDecision<'r> {
    /// A backend was picked.
    Backend(Choice<'r>),
    /// No route matches the player and there is no default pool.
    NoRoute,
    /// The route is closed for maintenance, and the player is not on its lists.
    Maintenance {
        /// The route.
        route: RouteRef<'r>,
        /// End of the maintenance, if known.
        until: Option<SystemTime>,
    },
    /// No policy of the pool, fallbacks included, leaves a candidate.
    NoBackends {
        /// The route of the pool.
        route: RouteRef<'r>,
        /// The strategy of the pool's own policy.
        strategy: Strategy,
    },
    /// The same, while a source of the pool's backends is not available.
    DiscoveryUnavailable {
        /// The route of the pool.
        route: RouteRef<'r>,
        /// The strategy of the pool's own policy.
        strategy: Strategy,
    },
}

/// The reason why a decision has no backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RouteFailure {
    /// No route matches the player and there is no default pool.
    NoRoute,
    /// The route is closed for maintenance.
    Maintenance,
    /// No policy of the pool leaves a candidate.
    NoBackends,
    /// The same, while a source of the pool's backends is not available.
    DiscoveryUnavailable,
}

named!(RouteFailure {
    NoRoute => "no_route",
    Maintenance => "maintenance",
    NoBackends => "no_backends",
    DiscoveryUnavailable => "discovery_unavailable",
});

impl<'r> RouteDecision<'r> {
    /// Returns why there is no backend; none when there is one.
    pub const fn failure(&self) -> Option<RouteFailure> {
        match self {
            Self::Backend(_) => None,
            Self::NoRoute => Some(RouteFailure::NoRoute),
            Self::Maintenance { .. } => Some(RouteFailure::Maintenance),
            Self::NoBackends { .. } => Some(RouteFailure::NoBackends),
            Self::DiscoveryUnavailable { .. } => Some(RouteFailure::DiscoveryUnavailable),
        }
    }

    /// Returns the route taken; none when no route matches.
    pub const fn route(&self) -> Option<RouteRef<'r>> {
        match self {
            Self::Backend(choice) => Some(choice.route),
            Self::Maintenance { route, .. }
            | Self::NoBackends { route, .. }
            | Self::DiscoveryUnavailable { route, .. } => Some(*route),
            Self::NoRoute => None,
        }
    }
}

/// The backend that was picked, and the candidates that it was picked from.
#[derive(Debug)]
pub struct Choice<'r> {
    pub(crate) entry: &'r PoolEntry,
    pub(crate) selected: usize,
    /// The text of the host that each `*` of the pattern matched; empty when no backend has captures.
    pub(crate) captured: Vec<String>,
    pub(crate) candidates: Candidates<'r>,
    pub(crate) strategy: Strategy,
    pub(crate) route: RouteRef<'r>,
    pub(crate) fallback: usize,
}

impl<'r> Choice<'r> {
    /// Returns the backend that was picked, as specified.
    pub const fn backend(&self) -> &'r Arc<Backend> {
        &self.entry.backend
    }

    /// Returns the host that the player is referred to: the backend's host with its captures replaced.
    pub fn host(&self) -> Cow<'r, str> {
        self.entry.host(&self.captured)
    }

    /// Returns its place among the [candidates](Self::candidates), from 0.
    pub const fn selected_index(&self) -> usize {
        self.selected
    }

    /// Returns all candidates: the backends that passed the filters, sorted, up to the limit.
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = BackendCandidate<'r>> {
        self.candidates.iter().map(|entry| BackendCandidate {
            backend: &entry.backend,
            host: entry.host(&self.captured),
        })
    }

    /// Returns the strategy that picked.
    pub const fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// Returns the route taken.
    pub const fn route(&self) -> RouteRef<'r> {
        self.route
    }

    /// Returns the number of fallbacks taken: 0 when the pool's own policy had candidates.
    pub const fn fallback(&self) -> usize {
        self.fallback
    }
}

/// A backend that a strategy picks from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendCandidate<'r> {
    /// The backend as specified.
    pub backend: &'r Arc<Backend>,
    /// The host that the player is referred to, as of [`Choice::host`].
    pub host: Cow<'r, str>,
}

/// Name and place of a route of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteRef<'r> {
    /// Name of the route; `default` for the default pool.
    pub name: &'r Arc<str>,
    /// Place among the routes, from 0; none for the default pool.
    pub index: Option<usize>,
}

impl fmt::Display for RouteRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
