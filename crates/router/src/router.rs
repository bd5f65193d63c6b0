//! The compiled snapshot.

use std::{sync::Arc, time::SystemTime};

use rand::Rng;

use crate::{
    Choice, Conditions, Decision, HostPattern, Maintenance, Request, RouteRef, RouteSpec,
    RouterSpec, SpecError, Turns, hosts::HostIndex, pattern::normalise, pool::Pool, strategy::pick,
};

/// Name of the default pool where a route's name would stand.
pub(crate) const DEFAULT_NAME: &str = "default";

/// An immutable snapshot of routes and pools, made for deciding often and being replaced as a whole.
///
/// A host is found in time that does not depend on the number of routes for exact names and `*.suffix` patterns; other
/// patterns are tried in order, each in time at most its length times the host's. So are routes with
/// [conditions](Conditions), of which most players fail the first comparison. Memory is about 120 bytes a
/// route beyond what the specification itself takes. It is `Send` and `Sync`; share it by [`Arc`].
#[derive(Debug)]
pub struct Router {
    pub(crate) routes: Box<[Route]>,
    pub(crate) default: Option<Route>,
    /// Of routes without conditions.
    index: HostIndex,
    /// Places of the routes with conditions, in order.
    conditional: Box<[usize]>,
}

#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) name: Arc<str>,
    /// Place among the routes; none for the default pool.
    pub(crate) index: Option<usize>,
    pub(crate) patterns: Box<[HostPattern]>,
    pub(crate) conditions: Conditions,
    pub(crate) maintenance: Option<Box<Maintenance>>,
    /// Whether the pool needs to know what the pattern took of the host.
    has_captures: bool,
    pub(crate) pool: Pool,
}

impl Router {
    /// Compiles a snapshot: sorts, parses and evaluates all that does not depend on the player or the time.
    ///
    /// # Errors
    /// The first problem found, in the order of the routes, the default pool last: a strategy that lacks its key, a
    /// weight of 0 in a weighted pool, or a backend whose host or port can not be referred to or whose host has
    /// captures that can not be.
    pub fn new(spec: RouterSpec) -> Result<Self, SpecError> {
        let mut routes = Vec::with_capacity(spec.routes.len());
        for (index, route) in spec.routes.into_iter().enumerate() {
            routes.push(Route::compile(route, Some(index))?);
        }
        let default = spec.default.map(|pool| {
            let route = RouteSpec {
                name: DEFAULT_NAME.to_owned(),
                pool,
                ..RouteSpec::default()
            };
            Route::compile(route, None)
        });
        let is_conditional = |route: &Route| !route.conditions.is_empty();
        // A route with conditions keeps its number and is not found by the index.
        let indexed = routes.iter().map(|route| {
            if is_conditional(route) {
                &[][..]
            } else {
                &*route.patterns
            }
        });
        Ok(Self {
            index: HostIndex::new(indexed),
            conditional: (0..)
                .zip(&routes)
                .filter(|(_, route)| is_conditional(route))
                .map(|(index, _)| index)
                .collect(),
            routes: routes.into(),
            default: default.transpose()?,
        })
    }

    /// Decides where a player goes.
    ///
    /// Pure but for round robin's step in `turns`: no I/O, no clock, no randomness of its own. Allocates only when a
    /// whitelist or a start time keeps some backend from this player, when the host has upper-case letters, or when the
    /// route has backends whose host has captures.
    pub fn decide(
        &self,
        request: &Request<'_>,
        turns: &Turns,
        now: SystemTime,
        rng: &mut impl Rng,
    ) -> Decision<'_> {
        let Some(route) = self.route(request) else {
            return Decision::NoRoute;
        };
        if let Some(maintenance) = &route.maintenance
            && maintenance.bars(request, now)
        {
            return Decision::Maintenance {
                route: route.reference(),
                until: maintenance.until,
            };
        }
        let captured = route.captured(request.host);
        for (fallback, step) in route.pool.steps.iter().enumerate() {
            let candidates = step.candidates(request, now, &captured);
            let turn = || turns.take(route.index);
            if let Some((selected, entry)) = pick(&step.policy, &candidates, turn, rng, |_| ()) {
                return Decision::Backend(Choice {
                    entry,
                    selected,
                    captured,
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

    /// The route that a player is led to, the default pool included.
    pub fn find(&self, request: &Request<'_>) -> Option<RouteRef<'_>> {
        self.route(request).map(Route::reference)
    }

    fn route(&self, request: &Request<'_>) -> Option<&Route> {
        let by_host = self.index.find(request.host);
        let before = self
            .conditional
            .iter()
            .take_while(|index| by_host.is_none_or(|by_host| **index < by_host));
        let mut conditional = before.filter_map(|index| self.routes.get(*index));
        conditional
            .find(|route| route.takes(request))
            .or_else(|| self.routes.get(by_host?))
            .or(self.default.as_ref())
    }
}

impl Route {
    fn compile(mut spec: RouteSpec, index: Option<usize>) -> Result<Self, SpecError> {
        let patterns = index.map(|_| &*spec.patterns);
        if let Err(problem) = spec.pool.check(patterns) {
            return Err(SpecError {
                route: spec.name,
                route_index: index,
                problem,
            });
        }
        let maintenance = spec.pool.maintenance.take();
        let pool = Pool::compile(spec.pool);
        Ok(Self {
            name: spec.name.into(),
            index,
            patterns: spec.patterns.into(),
            conditions: spec.conditions,
            maintenance: maintenance.map(Box::new),
            has_captures: pool.has_captures(),
            pool,
        })
    }

    /// The first of the route's patterns that matches. Without a name that is an empty one: `*` does not match.
    pub(crate) fn matching(&self, host: &str) -> Option<&HostPattern> {
        let nameless = normalise(host).is_some_and(|host| host.is_empty());
        let mut patterns = self.patterns.iter();
        patterns.find(|pattern| {
            if nameless {
                pattern.is_empty()
            } else {
                pattern.matches(host)
            }
        })
    }

    /// Whether the route takes every host: it asks for something else alone.
    pub(crate) fn takes_every_host(&self) -> bool {
        self.patterns.is_empty() && !self.conditions.is_empty()
    }

    /// What the pattern took of the host; nothing where no backend asks for it.
    pub(crate) fn captured(&self, host: &str) -> Vec<String> {
        if !self.has_captures {
            return Vec::new();
        }
        if self.takes_every_host() {
            return vec![normalise(host).unwrap_or_default().into_owned()];
        }
        let mut captured = self
            .patterns
            .iter()
            .filter_map(|pattern| pattern.captures(host));
        captured.next().unwrap_or_default()
    }

    /// The conditions first: comparing is cheaper than matching.
    fn takes(&self, request: &Request<'_>) -> bool {
        self.conditions.hold(request)
            && (self.takes_every_host() || self.matching(request.host).is_some())
    }

    pub(crate) const fn reference(&self) -> RouteRef<'_> {
        RouteRef {
            name: &self.name,
            index: self.index,
        }
    }
}
