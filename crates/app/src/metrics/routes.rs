//! Metrics of decisions by route and referrals by backend.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use hyrouter_decision_log::DecisionRecord;
use hyrouter_router::{Maintenance, Router};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::encode::EncodeMetrics as _;

/// Maximum number of routes with series of their own. The other routes share the route `other`: 100,000 routes would make
/// a text of 20 MB.
const MAX_ROUTES: usize = 1_000;
/// Maximum number of backends of all routes with series of their own. The others count as the backend `other`.
const MAX_BACKENDS: usize = 5_000;
const OTHER: &str = "other";

/// Decisions by route, and referrals by backend. Routes and backends that a reload keeps go on with their counts.
#[derive(Debug, Default)]
pub(crate) struct RouteMetrics(ArcSwap<Table>);

#[derive(Debug, Default)]
struct Table {
    by_name: HashMap<Arc<str>, Arc<RouteCount>>,
    other: Arc<RouteCount>,
}

/// One route.
#[derive(Debug, Default)]
pub(crate) struct RouteCount {
    referrals: Counter,
    disconnects: Counter,
    /// By host, then by port.
    backends: HashMap<Box<str>, Vec<(u16, Counter)>>,
    /// Referrals to backends that a plugin named.
    other: Counter,
    drained: usize,
    all: usize,
    maintenance: Option<Maintenance>,
}

impl RouteCount {
    pub(crate) fn decisions(&self) -> u64 {
        self.referrals.get() + self.disconnects.get()
    }

    pub(crate) fn referrals_to(&self, host: &str, port: u16) -> u64 {
        self.backend(host, port).map_or(0, Counter::get)
    }

    fn backend(&self, host: &str, port: u16) -> Option<&Counter> {
        let ports = self.backends.get(host)?;
        let known = ports.iter().find(|(known, _)| *known == port);
        known.map(|(_, count)| count)
    }
}

impl RouteMetrics {
    /// Counts for these routes from now on.
    pub(crate) fn follow(&self, router: &Router) {
        let before = self.0.load();
        let mut room = MAX_BACKENDS;
        let mut by_name = HashMap::new();
        for route in router.routes().take(MAX_ROUTES) {
            let old = before.by_name.get(route.name).map(Arc::as_ref);
            let mut backends: HashMap<Box<str>, Vec<_>> = HashMap::new();
            let counted = route.backends.len().min(room);
            room -= counted;
            for backend in route.backends.iter().take(counted) {
                let count = old.and_then(|old| old.backend(&backend.host, backend.port));
                let ports = backends.entry((*backend.host).into()).or_default();
                // A backend that is listed twice is one series.
                if !ports.iter().any(|(port, _)| *port == backend.port) {
                    ports.push((backend.port, count.cloned().unwrap_or_default()));
                }
            }
            let kept = |of: fn(&RouteCount) -> &Counter| old.map(of).cloned().unwrap_or_default();
            let count = RouteCount {
                referrals: kept(|old| &old.referrals),
                disconnects: kept(|old| &old.disconnects),
                other: kept(|old| &old.other),
                drained: route.backends.iter().filter(|one| one.drained).count(),
                all: route.backends.len(),
                maintenance: route.maintenance.cloned(),
                backends,
            };
            by_name.insert(Arc::clone(route.name), Arc::new(count));
        }
        let other = Arc::clone(&before.other);
        self.0.store(Arc::new(Table { by_name, other }));
    }

    /// `configured_host` is the host of the backend as it is configured, where it is another than the one in the record.
    pub(super) fn count(&self, record: &DecisionRecord<'_>, configured_host: Option<&str>) {
        let Some(name) = record.route else { return };
        let table = self.0.load();
        let route = table.by_name.get(name).unwrap_or(&table.other);
        let Some(backend) = record.backend else {
            route.disconnects.inc();
            return;
        };
        route.referrals.inc();
        let host = configured_host.unwrap_or(backend.host);
        let count = route.backend(host, backend.port);
        count.unwrap_or(&route.other).inc();
    }

    pub(crate) fn of(&self, name: &str) -> Option<Arc<RouteCount>> {
        self.0.load().by_name.get(name).cloned()
    }
}

impl Collector for RouteMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let table = self.0.load();
        let named = table.by_name.iter().map(|(name, count)| (&**name, count));
        let other = Some((OTHER, &table.other)).filter(|(_, count)| count.decisions() > 0);
        let routes: Vec<_> = named.chain(other).collect();

        let decisions = routes.iter().flat_map(|(route, count)| {
            let outcomes = [
                ("referral", &count.referrals),
                ("disconnect", &count.disconnects),
            ];
            outcomes
                .map(|(outcome, count)| ([("route", *route), ("outcome", outcome)], count.clone()))
        });
        encoder.family(
            "route_decisions",
            "Answers by route and outcome (referral, disconnect). The default pool is the route `default`",
            decisions,
        )?;

        let referrals = routes.iter().flat_map(|(route, count)| {
            let of = move |backend, count| ([("route", *route)], [("backend", backend)], count);
            let hosts = count.backends.iter();
            let configured = hosts.flat_map(move |(host, ports)| {
                let ports = ports.iter();
                ports.map(move |(port, count)| {
                    of(crate::address::backend(host, *port), count.clone())
                })
            });
            let other = Some(&count.other).filter(|other| other.get() > 0);
            configured.chain(other.map(|other| of(OTHER.to_owned(), other.clone())))
        });
        encoder.family(
            "referrals",
            "Referrals by route and backend as configured, with captures as `$1`. Backends that a plugin named are `other`",
            referrals.map(|(route, backend, count)| ((route, backend), count)),
        )?;

        let known = routes.iter().filter(|(_, count)| count.all > 0);
        let states = known.flat_map(|(route, count)| {
            let serving = count.all - count.drained;
            [("serving", serving), ("drained", count.drained)].map(|(state, backends)| {
                (
                    [("route", *route), ("state", state)],
                    ConstGauge::new(backends),
                )
            })
        });
        encoder.family(
            "backends",
            "Backends of a route by state (serving, drained)",
            states,
        )?;

        let now = SystemTime::now();
        let planned = routes.iter().filter_map(|(route, count)| {
            let in_force = count.maintenance.as_ref()?.in_force(now);
            Some(([("route", *route)], ConstGauge::new(u32::from(in_force))))
        });
        encoder.family(
            "route_maintenance",
            "1 while a route is under maintenance; no value for a route without a planned maintenance",
            planned,
        )
    }
}

#[cfg(test)]
mod tests;
