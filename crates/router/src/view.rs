//! The contents of a snapshot, for display.

use std::sync::Arc;

use crate::{Backend, Conditions, HostPattern, Maintenance, Router, Strategy, route::Route};

/// A route of a snapshot, or its default pool.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RouteView<'r> {
    /// Name of the route; `default` for the default pool.
    pub name: &'r Arc<str>,
    /// Place among the routes, from 0; none for the default pool.
    pub index: Option<usize>,
    /// Patterns of the route; empty for the default pool.
    pub patterns: &'r [HostPattern],
    /// Conditions of the route beside the host.
    pub conditions: &'r Conditions,
    /// Strategy of the pool's own policy.
    pub strategy: Strategy,
    /// Maintenance of the pool, whether planned, active or over.
    pub maintenance: Option<&'r Maintenance>,
    /// Backends of the pool in their order, including the drained ones.
    pub backends: &'r [Arc<Backend>],
    /// `true` if a source of backends is not available.
    pub is_incomplete: bool,
}

impl Router {
    /// Returns all routes in order, then the default pool if there is one.
    pub fn routes(&self) -> impl Iterator<Item = RouteView<'_>> {
        self.routes
            .iter()
            .chain(&self.default)
            .map(|route| route.view())
    }
}

impl Route {
    fn view(&self) -> RouteView<'_> {
        RouteView {
            name: &self.name,
            index: self.index,
            patterns: &self.patterns,
            conditions: &self.conditions,
            strategy: self.pool.strategy(),
            maintenance: self.maintenance.as_deref(),
            backends: &self.pool.backends,
            is_incomplete: self.pool.is_incomplete,
        }
    }
}
