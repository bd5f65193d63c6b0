//! The JSON form of an explanation.

use serde_json::{Value, json};

use super::{
    BackendOrigin, Comparison, Explanation, MaintenanceCheck, MatchedRoute, Observation, Pick,
    Removal, RemovalCause, SkippedRoute, SortedBackend, StepExplanation,
};
use crate::{BackendKey, HostPattern, RouteFailure, backend::Address, maintenance::moment};

impl Explanation {
    /// Returns the whole explanation as JSON. Names of fields and fixed values are stable; fields may be added.
    ///
    /// | field | value |
    /// |---|---|
    /// | `host` | the host as given |
    /// | `passed_over` | routes that were not taken: `index`, `name`, `patterns`, `conditions`, `why` |
    /// | `route` | the route taken, or `null`: `name`, `index`, `pattern`, `captured` |
    /// | `maintenance` | the route's maintenance, or `null`: `from`, `until`, `in_force`, `bars`, `why`, `seen` |
    /// | `is_incomplete` | `true` if a source of the pool's backends is not available |
    /// | `steps` | per policy: `fallback`, `strategy`, `key`, `limit`, `removed`, `sorted`, `candidates`, `picked` |
    /// | `outcome` | `backend`, or the [failure](Self::failure) |
    /// | `backend` | host and port that the player is referred to, or `null` |
    ///
    /// In a step, `removed` has `backend`, `by` (`drain`, `capture`, `filter`), `filter` and `index` for a filter,
    /// `why` and `seen`; `sorted` has `backend`, `configured`, `sorted_by` and `load`; `candidates` is the number of
    /// sorted backends within the limit; `picked` has `index`, `backend` and `by`. Each value in `seen` has `what` and
    /// `value`. Entries of `removed` and `sorted` also have the `provider` and `age_seconds` of
    /// [their origin](Self::name_origins), or `null`. Times are texts as of RFC 3339.
    pub fn to_json(&self) -> Value {
        let list = |routes: &[SkippedRoute]| routes.iter().map(passed_over).collect::<Value>();
        json!({
            "host": self.host,
            "passed_over": list(&self.passed_over),
            "route": self.route.as_ref().map(route),
            "maintenance": self.maintenance.as_ref().map(maintenance),
            "is_incomplete": self.is_incomplete,
            "steps": self.steps.iter().map(step).collect::<Value>(),
            "outcome": self.failure().map_or("backend", RouteFailure::as_str),
            "backend": self.picked().map(|picked| address(&picked.host, picked.backend.port)),
        })
    }
}

fn address(host: &str, port: u16) -> String {
    Address(host, port).to_string()
}

fn passed_over(route: &SkippedRoute) -> Value {
    let patterns: Vec<_> = route.patterns.iter().map(HostPattern::as_str).collect();
    json!({
        "index": route.index,
        "name": &*route.name,
        "patterns": patterns,
        "conditions": (!route.conditions.is_empty()).then(|| route.conditions.to_string()),
        "why": route.why,
    })
}

fn route(route: &MatchedRoute) -> Value {
    json!({
        "name": &*route.name,
        "index": route.index,
        "pattern": route.pattern.as_ref().map(HostPattern::as_str),
        "captured": route.captured,
    })
}

fn maintenance(judged: &MaintenanceCheck) -> Value {
    json!({
        "from": judged.maintenance.from.map(moment),
        "until": judged.maintenance.until.map(moment),
        "in_force": judged.in_force,
        "bars": judged.bars,
        "why": judged.why,
        "seen": seen(&judged.seen),
    })
}

fn step(step: &StepExplanation) -> Value {
    let policy = &step.policy;
    json!({
        "fallback": step.fallback,
        "strategy": policy.strategy.as_str(),
        "key": policy.key.as_ref().map(BackendKey::as_str),
        "limit": (policy.limit > 0).then_some(policy.limit),
        "removed": step.removed.iter().map(removal).collect::<Value>(),
        "sorted": step.sorted.iter().map(sorted).collect::<Value>(),
        "candidates": step.within_limit,
        "picked": step.picked.as_ref().map(picked),
    })
}

fn removal(removal: &Removal) -> Value {
    let (by, index, filter) = match &removal.by {
        RemovalCause::Drain => ("drain", None, None),
        RemovalCause::Capture => ("capture", None, None),
        RemovalCause::Filter { index, filter } => ("filter", Some(index), Some(filter.to_string())),
    };
    json!({
        "backend": removal.backend.to_string(),
        "by": by,
        "index": index,
        "filter": filter,
        "why": removal.why,
        "seen": seen(&removal.seen),
        "provider": provider(removal.origin.as_ref()),
        "age_seconds": age(removal.origin.as_ref()),
    })
}

fn provider(origin: Option<&BackendOrigin>) -> Option<&str> {
    origin.map(|origin| &*origin.provider)
}

fn age(origin: Option<&BackendOrigin>) -> Option<f64> {
    Some(origin?.age?.as_secs_f64())
}

fn seen(seen: &[Observation]) -> Value {
    let values = seen.iter();
    values
        .map(|seen| json!({"what": seen.what, "value": seen.value}))
        .collect()
}

fn sorted(sorted: &SortedBackend) -> Value {
    json!({
        "backend": address(&sorted.host, sorted.backend.port),
        "configured": sorted.backend.to_string(),
        "sorted_by": sorted.sorted_by,
        "load": sorted.load,
        "provider": provider(sorted.origin.as_ref()),
        "age_seconds": age(sorted.origin.as_ref()),
    })
}

fn picked(picked: &Pick) -> Value {
    let by = match &picked.by {
        Comparison::Turn(turn) => json!({"turn": turn}),
        Comparison::Chance => json!({"chance": {}}),
        Comparison::Weight { weight, total } => json!({"weight": weight, "total": total}),
        Comparison::Load { compared } => json!({"compared": compared}),
    };
    json!({
        "index": picked.index,
        "backend": address(&picked.host, picked.backend.port),
        "by": by,
    })
}
