//! Follows a decision through the specification.

use std::{sync::Arc, time::SystemTime};

use rand::Rng;

use super::{
    Comparison, Explanation, MatchedRoute, PassedOver, Picked, SortedBackend, StepExplanation,
    check,
};
use crate::{
    Backend, HostPattern, Key, Policy, Request, Router, SortType, Strategy, Turns,
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
        Explanation {
            host: request.host.to_owned(),
            passed_over,
            route: taken.map(|route| MatchedRoute {
                name: Arc::clone(&route.name),
                index: route.index,
                pattern: route.matching(request.host).cloned(),
            }),
            steps: taken.map_or_else(Vec::new, |route| steps(route, request, turns, now, rng)),
        }
    }
}

impl Route {
    fn matching(&self, host: &str) -> Option<&HostPattern> {
        self.patterns.iter().find(|pattern| pattern.matches(host))
    }

    /// Why the route is not taken; nothing when it is.
    fn passed_over(&self, request: &Request<'_>) -> Option<PassedOver> {
        let why = match self.matching(request.host) {
            Some(_) => self.conditions.failure(request)?,
            None if self.patterns.is_empty() => "it has no pattern",
            None if normalise(request.host).is_none() => "the host is too long",
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
    request: &Request<'_>,
    turns: &Turns,
    now: SystemTime,
    rng: &mut impl Rng,
) -> Vec<StepExplanation> {
    let turn = turns.peek(route.index);
    let mut steps = Vec::new();
    for (fallback, step) in route.pool.steps.iter().enumerate() {
        let mut explained =
            filter_and_sort(&route.pool.backends, fallback, &step.policy, request, now);
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
    request: &Request<'_>,
    now: SystemTime,
) -> StepExplanation {
    let mut removed = Vec::new();
    let mut passed = Vec::new();
    for backend in backends {
        match check::first_failure(&policy.filters, backend, request, now) {
            Some(removal) => removed.push(removal),
            None => passed.push(backend),
        }
    }
    passed.sort_by(|left, right| ranks(&policy.sort, left).cmp(&ranks(&policy.sort, right)));
    StepExplanation {
        fallback,
        removed,
        within_limit: passed.len().min(policy.max_candidates()),
        sorted: passed
            .into_iter()
            .map(|backend| SortedBackend::new(policy, backend))
            .collect(),
        policy: policy.clone(),
        picked: None,
    }
}

impl StepExplanation {
    fn pick(&self, turn: usize, rng: &mut impl Rng) -> Option<Picked> {
        let candidates = self.candidates().iter();
        let entries: Vec<Entry> = candidates
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
        let weights = entries.iter().map(|entry| u64::from(entry.backend.weight));
        Some(Picked {
            index,
            backend: Arc::clone(&entry.backend),
            by: match self.policy.strategy {
                Strategy::RoundRobin => Comparison::Turn(turn),
                Strategy::Random => Comparison::Chance,
                Strategy::Weighted => Comparison::Weight {
                    weight: entry.backend.weight,
                    total: weights.sum(),
                },
                Strategy::LeastLoaded | Strategy::P2c => Comparison::Load { compared },
            },
        })
    }
}

impl SortedBackend {
    fn new(policy: &Policy, backend: &Arc<Backend>) -> Self {
        let text = |key: &Key| key.value(backend).map(String::from);
        let sorted_by = policy.sort.iter().map(|by| match by.kind {
            SortType::String => text(&by.key),
            SortType::Number => by.key.number(backend).and_then(|_| text(&by.key)),
        });
        Self {
            backend: Arc::clone(backend),
            sorted_by: sorted_by.collect(),
            load: Entry::new(policy, backend).load.map(Number::get),
        }
    }
}
