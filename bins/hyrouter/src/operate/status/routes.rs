//! Routes, their backends, and how many players went there.

use std::time::SystemTime;

use hyrouter_admin::{BackendStatus, RouteStatus};
use hyrouter_router::RouteView;
use serde_json::{Map, Value};

use crate::names;
use crate::operate::{AtWorkNow, Running};

/// Backends of a route that are shown.
const SHOWN_BACKENDS: usize = 100;

pub(super) fn of(running: &Running, at_work: &AtWorkNow, shown: RouteView<'_>) -> RouteStatus {
    let count = running.live.counts().routes.of(shown.name);
    let commanded = at_work.commanded.maintenance(shown.name);
    let maintenance = shown.maintenance.map(|rule| {
        let mut told = Map::new();
        let by = if commanded.is_some() {
            "command"
        } else {
            "config"
        };
        told.insert("by".to_owned(), by.into());
        let in_force = rule.in_force(SystemTime::now());
        told.insert("in_force".to_owned(), in_force.into());
        told.insert("when".to_owned(), rule.to_string().into());
        if let Some(text) = commanded.and_then(|written| written.get("text")) {
            told.insert("text".to_owned(), text.clone());
        }
        Value::from(told)
    });
    let backends = shown.backends.iter().take(SHOWN_BACKENDS).map(|backend| {
        let (host, port) = (&*backend.host, backend.port);
        let drained = if at_work.commanded.is_drained(host, port) {
            Some("command")
        } else {
            backend.drained.then_some("config")
        };
        BackendStatus {
            address: names::backend(host, port),
            weight: backend.weight,
            referrals: count
                .as_ref()
                .map_or(0, |count| count.referrals_to(host, port)),
            drained: drained.map(ToOwned::to_owned),
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
    }
}
