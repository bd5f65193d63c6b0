//! Routes, their backends and the number of their players.

use std::time::SystemTime;

use hyrouter_admin::{BackendStatus, RouteStatus, RouteTotals};
use hyrouter_router::RouteView;
use serde_json::{Map, Value};

use crate::address;
use crate::admin::backends::drained_by;
use crate::discovery::Origins;
use crate::reconfigure::{Active, AppState};

/// Maximum number of routes that are shown. The status is sent each second, and an operator cannot read 100,000 routes.
const SHOWN_ROUTES: usize = 200;
/// Maximum number of further routes that are shown because they have a drained backend or a maintenance.
const SHOWN_CHANGED: usize = 200;
/// Maximum number of backends that are shown per route.
const SHOWN_BACKENDS: usize = 100;

/// Selects the routes to show: the first ones, the ones with a command of an operator, and the default pool.
pub(super) fn shown<'r>(
    all: impl Iterator<Item = RouteView<'r>>,
) -> impl Iterator<Item = RouteView<'r>> {
    let mut changed = 0;
    all.enumerate().filter_map(move |(place, route)| {
        let is_changed =
            || route.maintenance.is_some() || route.backends.iter().any(|backend| backend.drained);
        let is_shown = place < SHOWN_ROUTES
            || route.index.is_none()
            || (changed < SHOWN_CHANGED && is_changed() && {
                changed += 1;
                true
            });
        is_shown.then_some(route)
    })
}

/// Counts all routes and backends.
pub(super) fn totals<'r>(all: impl Iterator<Item = RouteView<'r>>) -> RouteTotals {
    let mut totals = RouteTotals::default();
    for route in all {
        totals.routes += 1;
        totals.backends += route.backends.len() as u64;
        let drained = route.backends.iter().filter(|backend| backend.drained);
        totals.drained += drained.count() as u64;
    }
    totals
}

pub(super) fn of(
    state: &AppState,
    active: &Active,
    origins: &Origins<'_>,
    shown: RouteView<'_>,
) -> RouteStatus {
    let count = state.handler.metrics().routes.of(shown.name);
    let overridden = active.overrides.maintenance(shown.name);
    let maintenance = shown.maintenance.map(|rule| {
        let mut told = Map::new();
        let by = if overridden.is_some() {
            "command"
        } else {
            "config"
        };
        told.insert("by".to_owned(), by.into());
        let in_force = rule.in_force(SystemTime::now());
        told.insert("in_force".to_owned(), in_force.into());
        let when = rule.to_string();
        let when = when.trim_start_matches("maintenance").trim_start();
        if !when.is_empty() {
            told.insert("when".to_owned(), when.into());
        }
        let text = match overridden {
            Some(written) => written.get("text").cloned(),
            None => configured_text(active, shown.name),
        };
        if let Some(text) = text {
            told.insert("text".to_owned(), text);
        }
        Value::from(told)
    });
    // Drained backends are always shown: an operator looks for them.
    let (drained, serving): (Vec<_>, Vec<_>) = if shown.backends.len() > SHOWN_BACKENDS {
        shown.backends.iter().partition(|backend| backend.drained)
    } else {
        (Vec::new(), shown.backends.iter().collect())
    };
    let backends = drained.into_iter().chain(serving).take(SHOWN_BACKENDS);
    let backends = backends.map(|backend| {
        let (host, port) = (&*backend.host, backend.port);
        let origin = origins.find(shown.index, backend);
        let drained = drained_by(&active.overrides, backend, origin.is_some());
        BackendStatus {
            address: address::backend(host, port),
            weight: backend.weight,
            referrals: count
                .as_ref()
                .map_or(0, |count| count.referrals_to(host, port)),
            drained: drained.map(ToOwned::to_owned),
            provider: origin.map(|origin| origin.provider.to_owned()),
        }
    });
    RouteStatus {
        name: shown.name.to_string(),
        patterns: shown.patterns.iter().map(ToString::to_string).collect(),
        conditions: Some(shown.conditions)
            .filter(|conditions| !conditions.is_empty())
            .map(ToString::to_string)
            .into_iter()
            .collect(),
        strategy: shown.strategy.as_str().to_owned(),
        decisions: count.as_ref().map_or(0, |count| count.decisions()),
        maintenance,
        backends: backends.collect(),
        more_backends: shown.backends.len().saturating_sub(SHOWN_BACKENDS) as u64,
    }
}

/// Returns the configured texts for players refused because of maintenance, by language.
fn configured_text(active: &Active, route: &str) -> Option<Value> {
    let texts = active.assembly.settings.maintenance.get(route)?;
    let texts: Map<_, _> = texts
        .iter()
        .map(|(language, text)| (language.to_owned(), text.into()))
        .collect();
    (!texts.is_empty()).then_some(Value::Object(texts))
}
