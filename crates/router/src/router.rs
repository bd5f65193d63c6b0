//! Compiled routers.

use std::{sync::Arc, time::SystemTime};

use rand::Rng;

use crate::{
    Choice, PoolBackends, RouteDecision, RouteRef, RouteRequest, RouteSpec, RouterSpec, SpecError,
    Turns,
    hosts::HostIndex,
    route::Route,
    strategy::pick,
    trace::{NoTrace, Trace},
};

/// Name of the default pool in place of a route's name.
pub(crate) const DEFAULT_NAME: &str = "default";

/// An immutable snapshot of routes and pools. To change it, build another one and replace it as a whole.
///
/// For exact names and `*.suffix` patterns, the lookup of a host does not depend on the number of routes. Other
/// patterns are tried in order, each at a cost of at most its length times that of the host. So are routes with
/// [conditions](crate::Conditions), most of which fail at the first comparison. Memory is about 120 bytes per route in
/// addition to the specification. A router is `Send` and `Sync`; share it by [`Arc`](std::sync::Arc).
#[derive(Debug)]
pub struct Router {
    pub(crate) routes: Box<[Arc<Route>]>,
    pub(crate) default: Option<Arc<Route>>,
    /// Index of the routes without conditions.
    index: Arc<HostIndex>,
    /// Places of the routes with conditions, in order.
    conditional: Arc<[usize]>,
}

impl Router {
    /// Compiles a specification: sorts, parses and evaluates everything that does not depend on the player or the time.
    ///
    /// # Errors
    /// Returns the first problem in the order of the routes, the default pool last: a strategy without its key, a
    /// weight of 0 in a weighted pool, or a backend whose host, port or captures are invalid.
    pub fn new(spec: RouterSpec) -> Result<Self, SpecError> {
        let mut routes = Vec::with_capacity(spec.routes.len());
        for (index, route) in spec.routes.into_iter().enumerate() {
            routes.push(Arc::new(Route::compile(route, Some(index))?));
        }
        let default = spec.default.map(|pool| {
            let route = RouteSpec {
                name: DEFAULT_NAME.to_owned(),
                pool,
                ..RouteSpec::default()
            };
            Route::compile(route, None).map(Arc::new)
        });
        let is_conditional = |route: &Arc<Route>| !route.conditions.is_empty();
        // A route with conditions keeps its number, but the index does not find it: its conditions are checked first.
        let indexed = routes.iter().map(|route| {
            if is_conditional(route) {
                &[][..]
            } else {
                &*route.patterns
            }
        });
        Ok(Self {
            index: Arc::new(HostIndex::new(indexed)),
            conditional: (0..)
                .zip(&routes)
                .filter(|(_, route)| is_conditional(route))
                .map(|(index, _)| index)
                .collect(),
            routes: routes.into(),
            default: default.transpose()?,
        })
    }

    /// Returns a router with other backends in these pools. It shares everything else with this one, so that the cost is
    /// that of compiling the pools, and [`Turns`] of one fit the other. Pools of unknown places are ignored.
    ///
    /// # Errors
    /// Returns the first backend whose host, port or captures are invalid.
    pub fn with_backends(
        &self,
        pools: impl IntoIterator<Item = PoolBackends>,
    ) -> Result<Self, SpecError> {
        let mut router = Self {
            routes: self.routes.clone(),
            default: self.default.clone(),
            index: Arc::clone(&self.index),
            conditional: Arc::clone(&self.conditional),
        };
        for pool in pools {
            let place = match pool.route {
                Some(index) => router.routes.get_mut(index),
                None => router.default.as_mut(),
            };
            if let Some(route) = place {
                *route = Arc::new(route.with_backends(pool)?);
            }
        }
        Ok(router)
    }

    /// Decides where a player goes.
    ///
    /// Pure, except that round robin advances its counter in `turns`: no I/O, no clock, no randomness of its own. It
    /// allocates only if a filter removes a backend for this player, if the host has upper-case letters, or if a
    /// backend of the route has captures in its host.
    pub fn decide(
        &self,
        request: &RouteRequest<'_>,
        turns: &Turns,
        now: SystemTime,
        rng: &mut impl Rng,
    ) -> RouteDecision<'_> {
        self.decide_with(request, |route| turns.take(route), now, rng, &mut NoTrace)
    }

    /// The one algorithm behind [`decide`](Self::decide) and [`explain`](Self::explain). `turn` returns the round-robin
    /// turn of the route at a place.
    pub(crate) fn decide_with<'r>(
        &'r self,
        request: &RouteRequest<'_>,
        turn: impl Fn(Option<usize>) -> usize,
        now: SystemTime,
        rng: &mut impl Rng,
        trace: &mut impl Trace,
    ) -> RouteDecision<'r> {
        let route = self.route(request);
        trace.route(self, route);
        let Some(route) = route else {
            return RouteDecision::NoRoute;
        };
        if let Some(maintenance) = &route.maintenance {
            let judgement = maintenance.judge(request, now);
            trace.maintenance(maintenance, judgement);
            if judgement.bars {
                return RouteDecision::Maintenance {
                    route: route.reference(),
                    until: maintenance.until,
                };
            }
        }
        let captured = route.captured(request.host);
        for (fallback, step) in route.pool.steps.iter().enumerate() {
            let candidates = step.candidates(request, now, &captured);
            trace.candidates(route, step, &candidates, &captured);
            let turn = || turn(route.index);
            if let Some((selected, entry)) = pick(&step.policy, &candidates, turn, rng, trace) {
                let choice = Choice {
                    entry,
                    selected,
                    captured,
                    candidates,
                    strategy: step.policy.strategy,
                    route: route.reference(),
                    fallback,
                };
                trace.picked(&choice);
                return RouteDecision::Backend(choice);
            }
        }
        let (strategy, is_incomplete) = (route.pool.strategy(), route.pool.is_incomplete);
        let route = route.reference();
        if is_incomplete {
            RouteDecision::DiscoveryUnavailable { route, strategy }
        } else {
            RouteDecision::NoBackends { route, strategy }
        }
    }

    /// Returns the route that takes a player, the default pool included.
    pub fn find(&self, request: &RouteRequest<'_>) -> Option<RouteRef<'_>> {
        self.route(request).map(Route::reference)
    }

    fn route(&self, request: &RouteRequest<'_>) -> Option<&Route> {
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
            .map(|route| &**route)
    }
}
