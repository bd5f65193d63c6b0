//! What was decided.

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use crate::{Backend, Strategy, candidates::Candidates, pool::PoolEntry};

/// Where a player goes, or why nowhere.
#[derive(Debug)]
pub enum RouteDecision<'r> {
    /// To a backend.
    Backend(Choice<'r>),
    /// No route matches the host and there is no default pool.
    NoRoute,
    /// The route is closed for maintenance, and the player is none of those who may enter.
    Maintenance {
        /// The route.
        route: RouteRef<'r>,
        /// When it is over, if that is known.
        until: Option<SystemTime>,
    },
    /// No policy of the pool, fallbacks included, left a candidate.
    NoBackends {
        /// The route whose pool it is.
        route: RouteRef<'r>,
        /// The strategy that the pool would have picked by.
        strategy: Strategy,
    },
}

impl<'r> RouteDecision<'r> {
    /// The stable code of what went wrong: `no_route`, `maintenance`, `no_backends`, or none when there is a
    /// backend.
    pub const fn reason_code(&self) -> Option<&'static str> {
        match self {
            Self::Backend(_) => None,
            Self::NoRoute => Some("no_route"),
            Self::Maintenance { .. } => Some("maintenance"),
            Self::NoBackends { .. } => Some("no_backends"),
        }
    }

    /// The route that was taken, if there was one.
    pub const fn route(&self) -> Option<RouteRef<'r>> {
        match self {
            Self::Backend(choice) => Some(choice.route),
            Self::Maintenance { route, .. } | Self::NoBackends { route, .. } => Some(*route),
            Self::NoRoute => None,
        }
    }
}

/// The backend that was picked, and from what.
#[derive(Debug)]
pub struct Choice<'r> {
    pub(crate) entry: &'r PoolEntry,
    pub(crate) selected: usize,
    /// What the route's pattern took of the host; empty where no backend asks for it.
    pub(crate) captured: Vec<String>,
    pub(crate) candidates: Candidates<'r>,
    pub(crate) strategy: Strategy,
    pub(crate) route: RouteRef<'r>,
    pub(crate) fallback: usize,
}

impl<'r> Choice<'r> {
    /// The backend that was picked, as it is configured.
    pub const fn backend(&self) -> &'r Arc<Backend> {
        &self.entry.backend
    }

    /// The host that the player is referred to: the backend's, with what the pattern took in place of captures.
    pub fn host(&self) -> Cow<'r, str> {
        self.entry.host(&self.captured)
    }

    /// Its place among the [candidates](Self::candidates), from 0.
    pub const fn selected_index(&self) -> usize {
        self.selected
    }

    /// All candidates: those that passed the filters, sorted, up to the limit.
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = Candidate<'r>> {
        self.candidates.iter().map(|entry| Candidate {
            backend: &entry.backend,
            host: entry.host(&self.captured),
        })
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

/// A backend that a strategy picks from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'r> {
    /// The backend as it is configured.
    pub backend: &'r Arc<Backend>,
    /// The host that players are referred to, as of [`Choice::host`].
    pub host: Cow<'r, str>,
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
