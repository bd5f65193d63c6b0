//! The specification of a router, and its check.

use std::{fmt, sync::Arc};

use crate::{
    Backend, CaptureProblem, Conditions, HostPattern, HostProblem, HostTemplate, Maintenance,
    PolicyPatch, PoolPolicy, Strategy, check_host,
};

/// Specification of a [`Router`](crate::Router).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouterSpec {
    /// Routes in order. The first route with a matching pattern whose conditions hold is taken.
    pub routes: Vec<RouteSpec>,
    /// The pool for players that no route matches.
    pub default: Option<PoolSpec>,
}

/// Specification of a route: the hosts that lead to a pool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouteSpec {
    /// Name in logs and commands. Routes that keep their round-robin turn across snapshots need a stable name; see
    /// [`Turns::carry`](crate::Turns::carry).
    pub name: String,
    /// Host patterns. One must match. A client that sent no host name matches only the empty pattern. Without patterns,
    /// a route with conditions takes every host, including none, and a route without conditions is never taken.
    pub patterns: Vec<HostPattern>,
    /// Conditions beside the host.
    pub conditions: Conditions,
    /// Pool of the route.
    pub pool: PoolSpec,
}

/// Specification of a pool: backends, and how one of them is picked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PoolSpec {
    /// The pool's own policy.
    pub policy: PoolPolicy,
    /// Fallbacks, tried in order when a policy leaves no candidate. Each replaces fields of the pool's own policy, not
    /// of the fallback before it, and starts from all backends.
    pub fallback: Vec<PolicyPatch>,
    /// Backends. A backend that is listed twice counts twice.
    pub backends: Vec<Backend>,
    /// Maintenance. While it is active, the pool takes only the players that it allows.
    pub maintenance: Option<Maintenance>,
}

/// The backends of a pool at one time, in place of those of its specification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PoolBackends {
    /// Place of the pool's route, from 0; none for the default pool.
    pub route: Option<usize>,
    /// All backends of the pool. A weight of 0 counts as 1 under [`Strategy::Weighted`].
    pub backends: Vec<Arc<Backend>>,
    /// `true` if a source of backends is not available, so that there may be more backends than these. A player without a
    /// candidate is then refused with [`DiscoveryUnavailable`](crate::RouteFailure::DiscoveryUnavailable).
    pub is_incomplete: bool,
}

/// A specification from which no router can be built.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", Place(.route, *.route_index))]
pub struct SpecError {
    /// Name of the route, `default` for the default pool.
    pub route: String,
    /// Place among the routes, from 0; none for the default pool.
    pub route_index: Option<usize>,
    /// Problem of its pool.
    pub problem: SpecProblem,
}

/// A problem of a pool. Indexes count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecProblem {
    /// The strategy compares a number, and there is no key that names it.
    #[error("{}strategy {strategy} needs a key to compare", InFallback(*.fallback))]
    MissingKey {
        /// Place of the fallback; none for the pool's own policy.
        fallback: Option<usize>,
        /// The strategy, `least_loaded` or `p2c`.
        strategy: Strategy,
    },
    /// A backend has weight 0 under strategy `weighted`.
    #[error("backend {backend} ({address}) has weight 0, strategy weighted needs 1 or more")]
    ZeroWeight {
        /// Place of the backend.
        backend: usize,
        /// Host and port of the backend.
        address: String,
    },
    /// The host of a backend is no host.
    #[error("backend {backend} has an invalid host: {problem}")]
    Host {
        /// Place of the backend.
        backend: usize,
        /// Problem of its host.
        problem: HostProblem,
    },
    /// A backend has port 0.
    #[error("backend {backend} ({host}) has port 0, allowed are 1 to 65535")]
    ZeroPort {
        /// Place of the backend.
        backend: usize,
        /// Host of the backend.
        host: String,
    },
    /// The host of a backend has invalid captures.
    #[error("backend {backend} ({host:?}): {problem}")]
    Captures {
        /// Place of the backend.
        backend: usize,
        /// Host of the backend.
        host: String,
        /// Problem of the captures.
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
    /// Checks the pool. `patterns` are the patterns of its route, none for the default pool.
    ///
    /// # Errors
    /// Returns the first problem.
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
        check_backends(&self.backends, patterns)?;
        // Only the pool's own policy: a weighted fallback counts missing weights as 1.
        if self.policy.strategy != Strategy::Weighted {
            return Ok(());
        }
        let mut backends = self.backends.iter().enumerate();
        match backends.find(|(_, backend)| backend.weight == 0) {
            Some((index, backend)) => Err(SpecProblem::ZeroWeight {
                backend: index,
                address: backend.to_string(),
            }),
            None => Ok(()),
        }
    }
}

/// Checks the hosts and ports of backends. `patterns` are the patterns of their route, none for the default pool.
pub(crate) fn check_backends<'b>(
    backends: impl IntoIterator<Item = &'b Backend>,
    patterns: Option<&[HostPattern]>,
) -> Result<(), SpecProblem> {
    for (index, backend) in backends.into_iter().enumerate() {
        // A host with captures is checked for each player, once the captures are replaced.
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
        check_captures(&backend.host, patterns).map_err(|problem| SpecProblem::Captures {
            backend: index,
            host: backend.host.clone(),
            problem,
        })?;
    }
    Ok(())
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
    if strategy.needs_key() && !has_key {
        return Err(SpecProblem::MissingKey { fallback, strategy });
    }
    Ok(())
}
