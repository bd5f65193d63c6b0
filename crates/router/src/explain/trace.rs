//! Follows a decision through the specification.

use std::{sync::Arc, time::SystemTime};

use rand::Rng;

use super::{
    Comparison, Explanation, JudgedMaintenance, MatchedRoute, PassedOver, Picked, Removal, Seen,
    SortedBackend, StepExplanation, check,
};
use crate::{
    Backend, Key, Maintenance, Policy, Request, Router, SortType, Strategy, Turns,
    candidates::Candidates, number::Number, pattern::normalise, pool::Entry, router::Route,
    sort::ranks, strategy::pick,
};

impl Router {
    /// Tells how the decision for this request comes about. With the same randomness and turns it is the decision that
    /// [`decide`](Self::decide) makes; the turns do not move on.
    ///
    /// It goes by the specification, from the first route on and from the text of each value, not by what was compiled.
    pub fn explain(
        &self,
        request: &Request<'_>,
        turns: &Turns,
        now: SystemTime,
        rng: &mut impl Rng,
    ) -> Explanation {
        let passed_over: Vec<_> = self
            .routes
            .iter()
            .map_while(|route| route.passed_over(request))
            .collect();
        let taken = self.routes.get(passed_over.len()).or(self.default.as_ref());
        let mut explained = Explanation {
            host: request.host.to_owned(),
            passed_over,
            route: None,
            maintenance: None,
            steps: Vec::new(),
        };
        let Some(route) = taken else {
            return explained;
        };
        let captured = route.captured(request.host);
        let maintenance = route.maintenance.as_ref();
        explained.maintenance = maintenance.map(|given| given.explain(request, now));
        if !explained.is_barred() {
            explained.steps = steps(route, &captured, request, turns, now, rng);
        }
        explained.route = Some(MatchedRoute {
            name: Arc::clone(&route.name),
            index: route.index,
            pattern: route.matching(request.host).cloned(),
            captured,
        });
        explained
    }
}

impl Maintenance {
    fn explain(&self, request: &Request<'_>, now: SystemTime) -> JudgedMaintenance {
        let judgement = self.judge(request, now);
        let asks = judgement.in_force && !self.allow.is_empty();
        JudgedMaintenance {
            in_force: judgement.in_force,
            bars: judgement.bars,
            why: judgement.why,
            seen: if asks {
                seen(self, request)
            } else {
                Vec::new()
            },
            maintenance: self.clone(),
        }
    }
}

fn seen(maintenance: &Maintenance, request: &Request<'_>) -> Vec<Seen> {
    let of_player = |what: &str, value: Option<String>| Seen {
        what: format!("player's {what}"),
        value,
    };
    let mut seen = vec![
        of_player("uuid", request.uuid.map(|uuid| uuid.to_string())),
        of_player("username", request.username.map(str::to_owned)),
        of_player(
            "address",
            request.client.ip.map(|ip| ip.to_canonical().to_string()),
        ),
    ];
    if maintenance.allow.verified_only {
        seen.push(check::of_identity(request));
    }
    seen
}

impl Route {
    /// Why the route is not taken; nothing when it is.
    fn passed_over(&self, request: &Request<'_>) -> Option<PassedOver> {
        let why = match self.matching(request.host) {
            Some(_) => self.conditions.failure(request)?,
            None if self.takes_every_host() => self.conditions.failure(request)?,
            None if self.patterns.is_empty() => "it has no pattern",
            None if normalise(request.host).is_none() => "the host is too long",
            None if request.host.is_empty() => "the client sent no host name",
            None => "no pattern matches",
        };
        Some(PassedOver {
            index: self.index.unwrap_or_default(),
            name: Arc::clone(&self.name),
            patterns: self.patterns.to_vec(),
            conditions: self.conditions.clone(),
            why,
        })
    }
}

/// The steps up to the first that picks.
fn steps(
    route: &Route,
    captured: &[String],
    request: &Request<'_>,
    turns: &Turns,
    now: SystemTime,
    rng: &mut impl Rng,
) -> Vec<StepExplanation> {
    let turn = turns.peek(route.index);
    let mut steps = Vec::new();
    for (fallback, step) in route.pool.steps.iter().enumerate() {
        let backends = &route.pool.backends;
        let check = |backend: &Arc<Backend>| {
            check::check(&step.policy.filters, backend, captured, request, now)
        };
        let mut explained = filter_and_sort(backends, fallback, &step.policy, check);
        explained.picked = explained.pick(turn, rng);
        let done = explained.picked.is_some();
        steps.push(explained);
        if done {
            break;
        }
    }
    steps
}

fn filter_and_sort(
    backends: &[Arc<Backend>],
    fallback: usize,
    policy: &Policy,
    check: impl Fn(&Arc<Backend>) -> Result<String, Box<Removal>>,
) -> StepExplanation {
    let mut removed = Vec::new();
    let mut passed = Vec::new();
    for backend in backends {
        match check(backend) {
            Err(removal) => removed.push(*removal),
            Ok(host) => passed.push((backend, host)),
        }
    }
    passed.sort_by(|(left, _), (right, _)| {
        ranks(&policy.sort, left).cmp(&ranks(&policy.sort, right))
    });
    StepExplanation {
        fallback,
        removed,
        within_limit: passed.len().min(policy.max_candidates()),
        sorted: passed
            .into_iter()
            .map(|(backend, host)| SortedBackend::new(policy, backend, host))
            .collect(),
        policy: policy.clone(),
        picked: None,
    }
}

impl StepExplanation {
    fn pick(&self, turn: usize, rng: &mut impl Rng) -> Option<Picked> {
        let sorted = self.candidates();
        let entries: Vec<Entry> = sorted
            .iter()
            .map(|sorted| Entry::new(&self.policy, &sorted.backend))
            .collect();
        let mut compared = Vec::new();
        let candidates = Candidates::All(&entries);
        let (index, entry) = pick(
            &self.policy,
            &candidates,
            || turn,
            rng,
            |at| compared.push(at),
        )?;
        let weights = entries.iter().map(Entry::weight);
        Some(Picked {
            index,
            backend: Arc::clone(&entry.backend),
            host: sorted.get(index)?.host.clone(),
            by: match self.policy.strategy {
                Strategy::RoundRobin => Comparison::Turn(turn),
                Strategy::Random => Comparison::Chance,
                Strategy::Weighted => Comparison::Weight {
                    weight: entry.backend.weight.max(1),
                    total: weights.sum(),
                },
                Strategy::LeastLoaded | Strategy::P2c => Comparison::Load { compared },
            },
        })
    }
}

impl SortedBackend {
    fn new(policy: &Policy, backend: &Arc<Backend>, host: String) -> Self {
        let text = |key: &Key| key.value(backend).map(String::from);
        let sorted_by = policy.sort.iter().map(|by| match by.kind {
            SortType::String => text(&by.key),
            SortType::Number => by.key.number(backend).and_then(|_| text(&by.key)),
        });
        Self {
            backend: Arc::clone(backend),
            host,
            sorted_by: sorted_by.collect(),
            load: Entry::new(policy, backend).load.map(Number::get),
        }
    }
}
