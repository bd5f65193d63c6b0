//! Compiled routes.

use std::sync::Arc;

use crate::{
    Conditions, HostPattern, Maintenance, PoolBackends, RouteRef, RouteRequest, RouteSpec,
    SpecError, pattern::normalise, pool::Pool, spec::check_backends,
};

#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) name: Arc<str>,
    /// Place among the routes, from 0; none for the default pool.
    pub(crate) index: Option<usize>,
    pub(crate) patterns: Arc<[HostPattern]>,
    pub(crate) conditions: Conditions,
    pub(crate) maintenance: Option<Box<Maintenance>>,
    /// `true` if the hosts of the pool's backends have captures.
    has_captures: bool,
    pub(crate) pool: Pool,
}

impl Route {
    pub(crate) fn compile(mut spec: RouteSpec, index: Option<usize>) -> Result<Self, SpecError> {
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

    /// Returns this route with other backends in its pool.
    pub(crate) fn with_backends(&self, pool: PoolBackends) -> Result<Self, SpecError> {
        let patterns = self.index.map(|_| &*self.patterns);
        let backends = &pool.backends;
        // A weight of 0 counts as 1: most sources know no weights.
        if let Err(problem) = check_backends(backends.iter().map(|one| &**one), patterns) {
            return Err(SpecError {
                route: self.name.to_string(),
                route_index: self.index,
                problem,
            });
        }
        let pool = self.pool.with_backends(pool);
        Ok(Self {
            has_captures: pool.has_captures(),
            pool,
            name: Arc::clone(&self.name),
            patterns: Arc::clone(&self.patterns),
            conditions: self.conditions.clone(),
            maintenance: self.maintenance.clone(),
            index: self.index,
        })
    }

    /// Returns the first pattern that matches. An empty host matches only the empty pattern, not `*`.
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

    /// Returns whether the route takes every host: it has conditions, but no patterns.
    pub(crate) fn takes_every_host(&self) -> bool {
        self.patterns.is_empty() && !self.conditions.is_empty()
    }

    /// Returns the text of the host that each `*` of the pattern matches; empty when no backend has captures.
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

    /// Returns whether the route takes the player. Conditions come first: comparing is cheaper than matching.
    pub(crate) fn takes(&self, request: &RouteRequest<'_>) -> bool {
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
