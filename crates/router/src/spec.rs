//! What a router is built from, and what can be wrong with it.

use std::fmt;

use crate::{
    Backend, CaptureProblem, Conditions, HostPattern, HostProblem, HostTemplate, Maintenance,
    PolicyPatch, PoolPolicy, Strategy, check_host,
};

/// Everything that a [`Router`](crate::Router) knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouterSpec {
    /// In order: the first route with a matching pattern whose conditions hold is taken.
    pub routes: Vec<RouteSpec>,
    /// The pool for hosts that no route matches.
    pub default: Option<PoolSpec>,
}

/// Which hosts lead to which pool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouteSpec {
    /// What the operator reads in logs. Routes that shall keep their round-robin turn across snapshots need a name that
    /// lasts; see [`Turns::carry`](crate::Turns::carry).
    pub name: String,
    /// One of them has to match. A client that sent no name matches the empty pattern and no other. Empty: with
    /// conditions the route takes every host, also none; without, it is never taken.
    pub patterns: Vec<HostPattern>,
    /// What is asked for beside the host.
    pub conditions: Conditions,
    /// Where its players go.
    pub pool: PoolSpec,
}

/// Backends and how one of them is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PoolSpec {
    /// The pool's own policy.
    pub policy: PoolPolicy,
    /// Tried in order when a policy leaves no candidate. Each replaces fields of the pool's own policy, not of the
    /// fallback before it, and starts again from all backends.
    pub fallback: Vec<PolicyPatch>,
    /// One that is listed twice counts twice.
    pub backends: Vec<Backend>,
    /// While it is in force the pool takes nobody but those whom it allows.
    pub maintenance: Option<Maintenance>,
}

/// A router can not be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", Place(.route, *.route_index))]
pub struct SpecError {
    /// Name of the route, `default` for the default pool.
    pub route: String,
    /// Its place among the routes, from 0; none for the default pool.
    pub route_index: Option<usize>,
    /// What is wrong with its pool.
    pub problem: SpecProblem,
}

/// What is wrong with a pool. Indexes count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecProblem {
    /// The strategy compares a number and no key names it.
    #[error("{}strategy {strategy} needs a key to compare", InFallback(*.fallback))]
    MissingKey {
        /// Which fallback it is; none for the pool's own policy.
        fallback: Option<usize>,
        /// The strategy, `least_loaded` or `p2c`.
        strategy: Strategy,
    },
    /// Strategy `weighted` with a backend of weight 0.
    #[error("backend {backend} ({address}) has weight 0, strategy weighted needs 1 or more")]
    ZeroWeight {
        /// Place of the backend.
        backend: usize,
        /// Its host and port.
        address: String,
    },
    /// A backend whose host is none.
    #[error("backend {backend} has a host that is none: {problem}")]
    Host {
        /// Place of the backend.
        backend: usize,
        /// What is wrong with its host.
        problem: HostProblem,
    },
    /// A backend with port 0.
    #[error("backend {backend} ({host}) has port 0, allowed are 1 to 65535")]
    ZeroPort {
        /// Place of the backend.
        backend: usize,
        /// Its host.
        host: String,
    },
    /// A backend whose host has captures that can not be.
    #[error("backend {backend} ({host:?}) has {problem}")]
    Captures {
        /// Place of the backend.
        backend: usize,
        /// Its host.
        host: String,
        /// What is wrong with them.
        problem: CaptureProblem,
    },
}

struct Place<'e>(&'e str, Option<usize>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(index) => write!(f, "route {index} ({:?})", self.0),
            None => f.write_str("default pool"),
        }
    }
}

struct InFallback(Option<usize>);

impl fmt::Display for InFallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .map_or(Ok(()), |index| write!(f, "fallback {index}: "))
    }
}

impl PoolSpec {
    /// The first problem of this pool. `patterns` are those of its route; the default pool has none.
    pub(crate) fn check(&self, patterns: Option<&[HostPattern]>) -> Result<(), SpecProblem> {
        check_key(self.policy.strategy, self.policy.key.is_some(), None)?;
        for (index, patch) in self.fallback.iter().enumerate() {
            let strategy = patch.strategy.unwrap_or(self.policy.strategy);
            check_key(
                strategy,
                patch.key.is_some() || self.policy.key.is_some(),
                Some(index),
            )?;
        }
        let mut backends = self.backends.iter().enumerate();
        backends.try_for_each(|(index, backend)| {
            self.check_backend(index, backend)?;
            check_captures(&backend.host, patterns).map_err(|problem| SpecProblem::Captures {
                backend: index,
                host: backend.host.clone(),
                problem,
            })
        })
    }

    fn check_backend(&self, index: usize, backend: &Backend) -> Result<(), SpecProblem> {
        // What captures become is checked with each player.
        if !backend.host.contains('$') {
            check_host(&backend.host).map_err(|problem| SpecProblem::Host {
                backend: index,
                problem,
            })?;
        }
        if backend.port == 0 {
            return Err(SpecProblem::ZeroPort {
                backend: index,
                host: backend.host.clone(),
            });
        }
        // A fallback may be weighted over backends that the own policy needs no weights for.
        if self.policy.strategy == Strategy::Weighted && backend.weight == 0 {
            return Err(SpecProblem::ZeroWeight {
                backend: index,
                address: backend.to_string(),
            });
        }
        Ok(())
    }
}

fn check_captures(host: &str, patterns: Option<&[HostPattern]>) -> Result<(), CaptureProblem> {
    match (HostTemplate::parse(host)?, patterns) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(CaptureProblem::NoPattern),
        (Some(template), Some(patterns)) => template.check(patterns),
    }
}

fn check_key(
    strategy: Strategy,
    has_key: bool,
    fallback: Option<usize>,
) -> Result<(), SpecProblem> {
    match strategy {
        Strategy::LeastLoaded | Strategy::P2c if !has_key => {
            Err(SpecProblem::MissingKey { fallback, strategy })
        }
        _ => Ok(()),
    }
}
