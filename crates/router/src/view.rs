//! What a snapshot holds, for who shows it.

use std::sync::Arc;

use crate::{Backend, Conditions, HostPattern, Maintenance, Router, Strategy, route::Route};

/// A route of a snapshot, or its default pool.
#[derive(Debug, Clone, Copy)]
pub struct RouteView<'r> {
    /// The route's name; `default` for the default pool.
    pub name: &'r Arc<str>,
    /// Its place among the routes, from 0; none for the default pool.
    pub index: Option<usize>,
    /// Its patterns; empty for the default pool.
    pub patterns: &'r [HostPattern],
    /// What it asks for beside the host.
    pub conditions: &'r Conditions,
    /// The strategy of the pool's own policy.
    pub strategy: Strategy,
    /// The maintenance that is planned, going on or over.
    pub maintenance: Option<&'r Maintenance>,
    /// The pool's backends in their order, the drained ones too.
    pub backends: &'r [Arc<Backend>],
}

impl Router {
    /// All routes in order, then the default pool if there is one.
    pub fn routes(&self) -> impl Iterator<Item = RouteView<'_>> {
        self.routes.iter().chain(&self.default).map(Route::view)
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
        }
    }
}
