//! The compiled snapshot.

use std::{sync::Arc, time::SystemTime};

use rand::Rng;
use uuid::Uuid;

use crate::{
    Choice, Decision, HostPattern, PoolSpec, RouteRef, RouterSpec, SpecError, Turns,
    hosts::HostIndex, pool::Pool, strategy::pick,
};

/// Name of the default pool where a route's name would stand.
pub(crate) const DEFAULT_NAME: &str = "default";

/// An immutable snapshot of routes and pools, made for deciding often and being replaced as a whole.
///
/// A host is found in time that does not depend on the number of routes for exact names and `*.suffix` patterns; other
/// patterns are tried in order, each in time at most its length times the host's. Memory is about 120 bytes a
/// route beyond what the specification itself takes. It is `Send` and `Sync`; share it by [`Arc`].
#[derive(Debug)]
pub struct Router {
    pub(crate) routes: Box<[Route]>,
    pub(crate) default: Option<Route>,
    index: HostIndex,
}

#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) name: Arc<str>,
    /// Place among the routes; none for the default pool.
    pub(crate) index: Option<usize>,
    pub(crate) patterns: Box<[HostPattern]>,
    pub(crate) pool: Pool,
}

/// What is known of a player when the decision is due.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// The server name that the client asked for; empty when it sent none. The case of letters and a trailing dot do
    /// not count.
    pub host: &'a str,
    /// The player's UUID, if known. Without it no whitelist of UUIDs lets the player in.
    pub uuid: Option<Uuid>,
    /// The player's name, if known. Without it no whitelist of names lets the player in.
    pub username: Option<&'a str>,
}

impl Router {
    /// Compiles a snapshot: sorts, parses and evaluates all that does not depend on the player or the time.
    ///
    /// # Errors
    /// The first problem found, in the order of the routes, the default pool last: a strategy that lacks its key, a
    /// weight of 0 in a weighted pool, or a backend whose host or port can not be referred to.
    pub fn new(spec: RouterSpec) -> Result<Self, SpecError> {
        let mut routes = Vec::with_capacity(spec.routes.len());
        for (index, route) in spec.routes.into_iter().enumerate() {
            routes.push(Route::compile(
                route.name,
                Some(index),
                route.patterns,
                route.pool,
            )?);
        }
        let default = spec
            .default
            .map(|pool| Route::compile(DEFAULT_NAME.to_owned(), None, Vec::new(), pool));
        Ok(Self {
            index: HostIndex::new(routes.iter().map(|route| &*route.patterns)),
            routes: routes.into(),
            default: default.transpose()?,
        })
    }

    /// Decides where a player goes.
    ///
    /// Pure but for round robin's step in `turns`: no I/O, no clock, no randomness of its own. Allocates only when a
    /// whitelist or a start time keeps some backend from this player, or when the host has upper-case letters.
    pub fn decide(
        &self,
        request: &Request<'_>,
        turns: &Turns,
        now: SystemTime,
        rng: &mut impl Rng,
    ) -> Decision<'_> {
        let Some(route) = self.route(request.host) else {
            return Decision::NoRoute;
        };
        for (fallback, step) in route.pool.steps.iter().enumerate() {
            let candidates = step.candidates(request, now);
            let turn = || turns.take(route.index);
            if let Some((selected, entry)) = pick(&step.policy, &candidates, turn, rng, |_| ()) {
                return Decision::Backend(Choice {
                    backend: &entry.backend,
                    selected,
                    candidates,
                    strategy: step.policy.strategy,
                    route: route.reference(),
                    fallback,
                });
            }
        }
        Decision::NoBackends {
            route: route.reference(),
            strategy: route.pool.strategy(),
        }
    }

    /// The route that a host leads to, the default pool included.
    pub fn find(&self, host: &str) -> Option<RouteRef<'_>> {
        self.route(host).map(Route::reference)
    }

    fn route(&self, host: &str) -> Option<&Route> {
        let matched = self
            .index
            .find(host)
            .and_then(|index| self.routes.get(index));
        matched.or(self.default.as_ref())
    }
}

impl Route {
    fn compile(
        name: String,
        index: Option<usize>,
        patterns: Vec<HostPattern>,
        pool: PoolSpec,
    ) -> Result<Self, SpecError> {
        if let Err(problem) = pool.check() {
            return Err(SpecError {
                route: name,
                route_index: index,
                problem,
            });
        }
        Ok(Self {
            name: name.into(),
            index,
            patterns: patterns.into(),
            pool: Pool::compile(pool),
        })
    }

    pub(crate) const fn reference(&self) -> RouteRef<'_> {
        RouteRef {
            name: &self.name,
            index: self.index,
        }
    }
}
