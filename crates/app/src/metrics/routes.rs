//! Metrics of decisions by route and referrals by backend.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use hyrouter_decision_log::DecisionRecord;
use hyrouter_metrics::{Counter, Desc, Exposition, Source};
use hyrouter_router::{Maintenance, Router};

/// Maximum number of routes with counts of their own, and of backends of them all. The rest is counted under `other`:
/// 100,000 routes would make a text of 20 MB.
const MAX_ROUTES: usize = 1_000;
const MAX_BACKENDS: usize = 5_000;
const OTHER: &str = "other";

/// Decisions by route, and referrals by backend. What the next configuration has as well goes on with its counts.
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
    referrals: Arc<Counter>,
    disconnects: Arc<Counter>,
    /// By host, then by port.
    backends: HashMap<Box<str>, Vec<(u16, Arc<Counter>)>>,
    /// Backends that a plugin named.
    other: Arc<Counter>,
    drained: usize,
    all: usize,
    maintenance: Option<Maintenance>,
}

impl RouteCount {
    pub(crate) fn decisions(&self) -> u64 {
        self.referrals.get() + self.disconnects.get()
    }

    pub(crate) fn referrals_to(&self, host: &str, port: u16) -> u64 {
        self.backend(host, port).map_or(0, |count| count.get())
    }

    fn backend(&self, host: &str, port: u16) -> Option<&Arc<Counter>> {
        let ports = self.backends.get(host)?;
        let known = ports.iter().find(|(known, _)| *known == port);
        known.map(|(_, count)| count)
    }
}

impl RouteMetrics {
    const DECISIONS: Desc = Desc::counter(
        "hyrouter_route_decisions",
        "Answers by route, `default` for the default pool, and what was done (referral, disconnect)",
        &["route", "outcome"],
    );
    const REFERRALS: Desc = Desc::counter(
        "hyrouter_referrals",
        "Referrals by route and backend as configured, captures as `$1`; `other` for what a plugin named",
        &["route", "backend"],
    );
    const BACKENDS: Desc = Desc::gauge(
        "hyrouter_backends",
        "Backends of a route by state (serving, drained)",
        &["route", "state"],
    );
    const MAINTENANCE: Desc = Desc::gauge(
        "hyrouter_route_maintenance",
        "1 while a route is under maintenance; no line for one that has none planned",
        &["route"],
    );

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
            let kept = |of: fn(&RouteCount) -> &Arc<Counter>| {
                old.map(of).map(Arc::clone).unwrap_or_default()
            };
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
            return route.disconnects.inc();
        };
        route.referrals.inc();
        let host = configured_host.unwrap_or(backend.host);
        let count = route.backend(host, backend.port);
        count.unwrap_or(&route.other).inc();
    }

    #[expect(clippy::cast_precision_loss, reason = "backends are below 2^53")]
    fn collect_states(routes: &[(&str, &Arc<RouteCount>)], into: &mut Exposition<'_, '_>) {
        let known = routes.iter().filter(|(_, count)| count.all > 0);
        let states = known.flat_map(|(name, count)| {
            let serving = count.all - count.drained;
            [
                ([*name, "serving"], serving as f64),
                ([*name, "drained"], count.drained as f64),
            ]
        });
        into.gauges(&Self::BACKENDS, states);
        let now = SystemTime::now();
        let planned = routes.iter().filter_map(|(name, count)| {
            let planned = count.maintenance.as_ref()?;
            Some(([*name], planned.in_force(now)))
        });
        into.flags(&Self::MAINTENANCE, planned);
    }

    pub(crate) fn of(&self, name: &str) -> Option<Arc<RouteCount>> {
        self.0.load().by_name.get(name).cloned()
    }
}

impl Source for RouteMetrics {
    fn descs(&self) -> &'static [Desc] {
        &[
            Self::DECISIONS,
            Self::REFERRALS,
            Self::BACKENDS,
            Self::MAINTENANCE,
        ]
    }

    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let table = self.0.load();
        let named = table.by_name.iter().map(|(name, count)| (&**name, count));
        let other = Some((OTHER, &table.other)).filter(|(_, count)| count.decisions() > 0);
        let mut routes: Vec<_> = named.chain(other).collect();
        routes.sort_unstable_by_key(|(name, _)| *name);

        let decisions = routes.iter().flat_map(|(name, count)| {
            [
                ([*name, "referral"], count.referrals.get()),
                ([*name, "disconnect"], count.disconnects.get()),
            ]
        });
        into.counts(&Self::DECISIONS, decisions);
        Self::collect_states(&routes, into);

        let mut referrals = Vec::new();
        for (name, count) in &routes {
            for (host, ports) in &count.backends {
                let backends = ports.iter();
                referrals.extend(backends.map(|(port, count)| {
                    let backend = crate::address::backend(host, *port);
                    ([(*name).to_owned(), backend], count.get())
                }));
            }
            if count.other.get() > 0 {
                let labels = [(*name).to_owned(), OTHER.to_owned()];
                referrals.push((labels, count.other.get()));
            }
        }
        referrals.sort_unstable();
        into.counts(&Self::REFERRALS, referrals);
    }
}
