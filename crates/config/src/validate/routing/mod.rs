//! Routes and pools.

mod covered;
mod discovered;
mod facts;
mod keys;
mod matching;
mod names;
mod policy;
mod pool;

use std::collections::BTreeMap;

use hyrouter_messages::MaintenanceTexts;
use hyrouter_referral::MAX_ROUTE;
use hyrouter_router as router;

use self::covered::Earlier;
use super::Report;
use super::discovery::Providers;
use super::plugins::check_unique;
use crate::model::{Maintenance, Route, Routing};
use crate::path::Path;
use crate::{PoolDiscoverySettings, maintenance};

/// Name of the default pool in place of a route's name.
const DEFAULT_NAME: &str = "default";

/// Texts of maintenances by the name of the route.
pub(super) type TextsByRoute = BTreeMap<String, MaintenanceTexts>;

/// Routes with everything that belongs to them.
pub(super) struct BuiltRouting {
    pub(super) routing: router::RouterSpec,
    pub(super) maintenance: TextsByRoute,
    /// Pools with discovered backends.
    pub(super) pools: Vec<PoolDiscoverySettings>,
}

/// Builder of routes and pools.
struct Builder<'b, 'r, 'm> {
    providers: &'b Providers,
    report: &'r mut Report<'m>,
    earlier: Earlier,
    texts: TextsByRoute,
    pools: Vec<PoolDiscoverySettings>,
    /// `true` if plugins can add backends that are not in the file.
    has_plugins: bool,
}

pub(super) fn build(
    routing: Routing,
    providers: &Providers,
    has_plugins: bool,
    report: &mut Report<'_>,
) -> BuiltRouting {
    let list = Path::of("routing.routes");
    let names = names::of(&routing.routes);
    check_names(&list, &routing.routes, &names, report);
    let closed = Path::of("routing.default_maintenance");
    if routing.default.is_none() && routing.default_maintenance.is_some() {
        report.warn(&closed, "not used, since there is no `default` pool");
    }
    let mut builder = Builder {
        providers,
        report,
        earlier: Earlier::default(),
        texts: TextsByRoute::new(),
        pools: Vec::new(),
        has_plugins,
    };
    let routes = routing.routes.into_iter().zip(names).enumerate();
    let routes = routes
        .map(|(index, (route, name))| builder.route(&list, index, name, route))
        .collect();
    let maintenance = builder.maintenance(&closed, DEFAULT_NAME, routing.default_maintenance);
    let default = routing.default.map(|pool| {
        let pool = builder.pool(&Path::of("routing.default"), pool, None, None);
        router::PoolSpec {
            maintenance,
            ..pool
        }
    });
    BuiltRouting {
        routing: router::RouterSpec { routes, default },
        maintenance: builder.texts,
        pools: builder.pools,
    }
}

fn check_names(list: &Path, routes: &[Route], names: &[String], report: &mut Report<'_>) {
    let mut seen = BTreeMap::new();
    let names = routes.iter().zip(names).enumerate();
    let given = names.filter(|(_, (route, _))| route.name.is_some());
    for (index, (_, name)) in given {
        if name.len() > MAX_ROUTE {
            report.problems.add_if_clear(
                &list.index(index).key("name"),
                format!(
                    "longer than an envelope can hold (got {} bytes); allowed: at most {MAX_ROUTE}",
                    name.len()
                ),
            );
        }
        if name == DEFAULT_NAME {
            report.problems.add_if_clear(
                &list.index(index).key("name"),
                "reserved for the default pool (got \"default\"); allowed: another name",
            );
        }
        check_unique(
            &list.index(index).key("name"),
            name,
            &mut seen,
            report.problems,
        );
    }
}

impl Builder<'_, '_, '_> {
    fn route(
        &mut self,
        list: &Path,
        index: usize,
        name: String,
        route: Route,
    ) -> router::RouteSpec {
        let path = list.index(index);
        let matching = &route.matching;
        let at = path.key("match");
        let conditions = matching::conditions(&name, matching);
        let placed = matching::patterns(&at, matching, self.report);
        self.earlier.warn(&at, &placed, &conditions, self.report);
        let patterns: Vec<_> = placed.iter().map(|(_, pattern)| pattern.clone()).collect();
        self.earlier.add(&at, placed, conditions.clone());
        let pool = self.pool(&path.key("pool"), route.pool, Some(index), Some(&patterns));
        let maintenance = self.maintenance(&path.key("maintenance"), &name, route.maintenance);
        router::RouteSpec {
            conditions,
            patterns,
            pool: router::PoolSpec {
                maintenance,
                ..pool
            },
            name,
        }
    }

    /// Builds a maintenance. One that is switched off is checked too.
    fn maintenance(
        &mut self,
        path: &Path,
        route: &str,
        given: Option<Maintenance>,
    ) -> Option<router::Maintenance> {
        let built = maintenance::build(path, given?, self.report.problems);
        if !built.enabled {
            return None;
        }
        self.texts.insert(route.to_owned(), built.texts);
        Some(built.rule)
    }
}
