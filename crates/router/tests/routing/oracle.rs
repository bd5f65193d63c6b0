//! The router a second time, as naive as can be: it goes by the specification, from the first route on and from the
//! text of each value. Of conditions it knows `verified` alone. Which of the candidates is picked it does not say,
//! except which ones may be.

use std::cmp::Ordering;
use std::time::{Duration, SystemTime};

use hyrouter_router::{
    Backend, BackendKey, CompareOp, Comparison, Filter, HostPattern, Maintenance, PoolPolicy,
    PoolSpec, RemovalCause, RouteRequest, RouterSpec, SortBy, SortOrder, SortType, StepExplanation,
    Strategy, Switch, WhitelistSubject,
};
use uuid::Uuid;

use crate::fixture::at;

/// What becomes of a player.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) reason: Option<&'static str>,
    /// Place of the route; none for the default pool, and where there is no route.
    pub(crate) route: Option<usize>,
    pub(crate) steps: Vec<Step>,
}

/// What one policy makes of the backends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Each backend with what removed it: the place of the filter for a filter.
    removed: Vec<(Backend, Result<usize, &'static str>, &'static str)>,
    /// The hosts that players are referred to.
    pub(crate) candidates: Vec<String>,
    over_limit: Vec<String>,
}

impl From<&StepExplanation> for Step {
    fn from(explained: &StepExplanation) -> Self {
        let removed = explained.removed.iter().map(|removal| {
            let by = match &removal.by {
                RemovalCause::Drain => Err("drain"),
                RemovalCause::Capture => Err("capture"),
                RemovalCause::Filter { index, .. } => Ok(*index),
                other => panic!("the oracle does not know {other}"),
            };
            ((*removal.backend).clone(), by, removal.why)
        });
        let hosts = |sorted: &[hyrouter_router::SortedBackend]| {
            sorted.iter().map(|one| one.host.clone()).collect()
        };
        Self {
            removed: removed.collect(),
            candidates: hosts(explained.candidates()),
            over_limit: hosts(explained.over_limit()),
        }
    }
}

pub(crate) fn expected(spec: &RouterSpec, request: &RouteRequest<'_>, now: u64) -> Expected {
    let takes = |pattern: &HostPattern| {
        pattern.matches(request.host) && (!request.host.is_empty() || pattern.is_empty())
    };
    let route = spec.routes.iter().position(|route| {
        let verified = route.conditions.verified;
        let takes_host = if route.patterns.is_empty() {
            verified.is_some()
        } else {
            route.patterns.iter().any(takes)
        };
        takes_host && verified.is_none_or(|verified| verified == request.verified)
    });
    let (pool, captured) = match (route, &spec.default) {
        (Some(index), _) => {
            let route = &spec.routes[index];
            let pattern = route.patterns.iter().find(|pattern| takes(pattern));
            let whole = || vec![request.host.to_ascii_lowercase()];
            let captured = pattern.map_or_else(whole, |one| one.captures(request.host).unwrap());
            (&route.pool, captured)
        }
        (None, Some(pool)) => (pool, Vec::new()),
        (None, None) => {
            return Expected {
                reason: Some("no_route"),
                ..Expected::default()
            };
        }
    };
    if pool
        .maintenance
        .as_ref()
        .is_some_and(|one| bars(one, request, now))
    {
        return Expected {
            reason: Some("maintenance"),
            route,
            steps: Vec::new(),
        };
    }
    let steps = steps(pool, &captured, request, now);
    let is_empty = |step: &Step| step.candidates.is_empty();
    Expected {
        reason: steps.iter().all(is_empty).then_some("no_backends"),
        route,
        steps,
    }
}

fn bars(maintenance: &Maintenance, request: &RouteRequest<'_>, now: u64) -> bool {
    let Maintenance { from, until, allow } = maintenance;
    let has_begun = from.is_none_or(|from| from <= at(now));
    let is_over = until.is_some_and(|until| until <= at(now));
    let uuid = request.uuid.filter(|uuid| allow.uuids.contains(uuid));
    let name = request.username.filter(|name| {
        let name = name.to_ascii_lowercase();
        allow
            .usernames
            .iter()
            .any(|one| one.to_ascii_lowercase() == name)
    });
    let is_listed = uuid.is_some() || name.is_some();
    has_begun && !is_over && !(is_listed && (request.verified || !allow.verified_only))
}

/// The steps up to the first that leaves a candidate.
fn steps(pool: &PoolSpec, captured: &[String], request: &RouteRequest<'_>, now: u64) -> Vec<Step> {
    let own = pool.policy.clone();
    let fallbacks = pool.fallback.iter().map(|patch| pool.policy.patched(patch));
    let mut steps = Vec::new();
    for policy in [own].into_iter().chain(fallbacks) {
        let step = step(&policy, &pool.backends, captured, request, now);
        let is_last = !step.candidates.is_empty();
        steps.push(step);
        if is_last {
            break;
        }
    }
    steps
}

fn step(
    policy: &PoolPolicy,
    backends: &[Backend],
    captured: &[String],
    request: &RouteRequest<'_>,
    now: u64,
) -> Step {
    let mut removed = Vec::new();
    let mut passed = Vec::new();
    for backend in backends {
        match check(&policy.filters, backend, captured, request, now) {
            Err((by, why)) => removed.push((backend.clone(), by, why)),
            Ok(host) => passed.push((backend, host)),
        }
    }
    passed.sort_by(|(left, _), (right, _)| order(&policy.sort, left, right));
    let mut candidates: Vec<_> = passed.into_iter().map(|(_, host)| host).collect();
    let limit = if policy.limit == 0 {
        usize::MAX
    } else {
        policy.limit
    };
    let over_limit = candidates.split_off(limit.min(candidates.len()));
    Step {
        removed,
        candidates,
        over_limit,
    }
}

/// The host that the player would be referred to, or the first thing that keeps the backend from this player.
fn check(
    filters: &[Filter],
    backend: &Backend,
    captured: &[String],
    request: &RouteRequest<'_>,
    now: u64,
) -> Result<String, (Result<usize, &'static str>, &'static str)> {
    if backend.drained {
        return Err((Err("drain"), "it takes no more players"));
    }
    let mut host = backend.host.clone();
    for (number, text) in (1..).zip(captured) {
        host = host.replace(&format!("${number}"), text);
    }
    let is_label = |label: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let is_long = label.is_empty() || label.len() > 63;
        !is_long && label.chars().all(fits) && !label.starts_with('-') && !label.ends_with('-')
    };
    if host != backend.host && !host.split('.').all(is_label) {
        return Err((Err("capture"), "what the pattern took makes no host name"));
    }
    for (index, filter) in filters.iter().enumerate() {
        if let Some(why) = failure(filter, backend, request, now) {
            return Err((Ok(index), why));
        }
    }
    Ok(host)
}

fn failure(
    filter: &Filter,
    backend: &Backend,
    request: &RouteRequest<'_>,
    now: u64,
) -> Option<&'static str> {
    match filter {
        Filter::Compare { left, op, right } => {
            let Some(left) = number(left, backend) else {
                return Some("the left value is missing or no number");
            };
            let Some(right) = number(right, backend) else {
                return Some("the right value is missing or no number");
            };
            let order = left.partial_cmp(&right).unwrap();
            let holds = match op {
                CompareOp::Lt => order.is_lt(),
                CompareOp::Lte => order.is_le(),
                CompareOp::Gt => order.is_gt(),
                CompareOp::Gte => order.is_ge(),
                CompareOp::Eq => order.is_eq(),
                CompareOp::Neq => order.is_ne(),
                other => panic!("the oracle does not know {other}"),
            };
            (!holds).then_some("the comparison does not hold")
        }
        Filter::Whitelist {
            enabled_key,
            list_key,
            subject,
            verified,
        } => {
            match Switch::read(enabled_key.entry_or_value(backend).as_deref()) {
                Switch::On => {}
                Switch::Off => return None,
                Switch::Unreadable => return Some("the switch is neither on nor off"),
            }
            let list = list_key.entry_or_value(backend);
            let Some(names) = list.and_then(|text| list_of(&text)) else {
                return Some("the list is missing or unreadable");
            };
            let mut names = names.iter();
            let listed = match subject {
                WhitelistSubject::Uuid => request
                    .uuid
                    .map(|uuid| names.any(|name| Uuid::try_parse(name) == Ok(uuid))),
                WhitelistSubject::Username => request
                    .username
                    .map(|player| names.any(|name| name == player)),
                other => panic!("the oracle does not know {other}"),
            };
            match listed {
                _ if *verified && !request.verified => Some("the player is not verified"),
                None => Some("the player's name or UUID is not known"),
                Some(false) => Some("the player is not on the list"),
                Some(true) => None,
            }
        }
        Filter::Identity { verified } => match (verified, request.verified) {
            (true, false) => Some("the player is not verified"),
            (false, true) => Some("the player is verified"),
            _ => None,
        },
        Filter::GameStartNotPast { key } => {
            match key.entry_or_value(backend).unwrap_or_default().trim() {
                "" | "-1" => None,
                text => match text.parse::<i64>() {
                    Ok(value) => has_begun(value, at(now)).then_some("the game has begun"),
                    Err(_) => Some("the value is no time"),
                },
            }
        }
        Filter::Hostname { key } => {
            let Some(text) = key.value(backend) else {
                return Some("the backend has no patterns of host names");
            };
            let entries = text.split(',').map(str::trim);
            let entries = entries.filter(|entry| !entry.is_empty());
            let patterns: Vec<_> = entries.flat_map(HostPattern::of_names).collect();
            let host = request.host;
            let takes = !host.is_empty() && patterns.iter().any(|one| one.matches(host));
            if patterns.is_empty() {
                Some("no pattern of the backend is readable")
            } else {
                (!takes).then_some("the player's host name matches no pattern of the backend")
            }
        }
        other => panic!("the oracle does not know {other}"),
    }
}

fn has_begun(value: i64, now: SystemTime) -> bool {
    let value = u64::try_from(value).unwrap_or_default();
    let start = if value < 10_000_000_000 {
        Duration::from_secs(value)
    } else {
        Duration::from_millis(value)
    };
    SystemTime::UNIX_EPOCH + start <= now
}

fn list_of(text: &str) -> Option<Vec<String>> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text).ok();
    }
    let names = text.split(',').map(|name| name.trim().to_owned());
    Some(names.filter(|name| !name.is_empty()).collect())
}

fn number(key: &BackendKey, backend: &Backend) -> Option<f64> {
    let value: f64 = key.value(backend)?.parse().ok()?;
    value.is_finite().then_some(value)
}

fn order(sort: &[SortBy], left: &Backend, right: &Backend) -> Ordering {
    let by_one = sort.iter().map(|by| match by.kind {
        SortType::Number => {
            let value = |backend| number(&by.key, backend);
            missing_last(by.order, value(left), value(right))
        }
        SortType::String => {
            let value = |backend| by.key.value(backend).filter(|text| !text.is_empty());
            missing_last(by.order, value(left), value(right))
        }
    });
    by_one.fold(Ordering::Equal, Ordering::then)
}

fn missing_last<T: PartialOrd>(order: SortOrder, left: Option<T>, right: Option<T>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) if order == SortOrder::Asc => left.partial_cmp(&right).unwrap(),
        (Some(left), Some(right)) => right.partial_cmp(&left).unwrap(),
        (left, right) => left.is_none().cmp(&right.is_none()),
    }
}

/// Whether the strategy may pick what it did, in this turn of round robin.
pub(crate) fn may_pick(step: &StepExplanation, turn: usize) -> bool {
    let (candidates, policy) = (step.candidates(), &step.policy);
    let Some(picked) = &step.picked else {
        return candidates.is_empty();
    };
    let load = |place: usize| {
        let key = policy.key.as_ref().unwrap();
        number(key, &candidates[place].backend).unwrap_or(f64::INFINITY)
    };
    match (policy.strategy, &picked.by) {
        (Strategy::RoundRobin, Comparison::Turn(taken)) => {
            *taken == turn && picked.index == turn % candidates.len()
        }
        (Strategy::Random, Comparison::Chance) => picked.index < candidates.len(),
        (Strategy::Weighted, Comparison::Weight { weight, total }) => {
            let weights = candidates.iter().map(|one| one.backend.weight.max(1));
            candidates[picked.index].backend.weight.max(1) == *weight
                && *total == weights.map(u64::from).sum::<u64>()
        }
        (Strategy::LeastLoaded | Strategy::P2c, Comparison::Load { compared }) => {
            let drawn = match (policy.strategy, policy.sample) {
                (Strategy::LeastLoaded, _) => candidates.len(),
                (_, 0) => 2,
                (_, sample) => sample,
            };
            compared.len() == drawn.min(candidates.len())
                && compared.contains(&picked.index)
                && compared
                    .iter()
                    .all(|place| load(picked.index) <= load(*place))
        }
        _ => false,
    }
}
