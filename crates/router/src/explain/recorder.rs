//! Records a decision while it is made.

use std::{collections::HashSet, mem, sync::Arc, time::SystemTime};

use rand::Rng;

use super::{
    Comparison, Explanation, MaintenanceCheck, MatchedRoute, Observation, Pick, Removal,
    SkippedRoute, SortedBackend, StepExplanation,
};
use crate::{
    Choice, Maintenance, RouteDecision, RouteRequest, Router, Strategy, Turns,
    candidates::Candidates,
    maintenance::Judgement,
    pool::{PoolEntry, Step},
    route::Route,
    sort::ranks,
    trace::Trace,
};

impl Router {
    /// Decides where a player goes and explains how the decision comes about. Returns the decision and its explanation.
    ///
    /// Both come from one run of the algorithm of [`decide`](Self::decide). With the same turns and the same randomness
    /// `decide` makes the same decision. The round-robin counters do not advance. A server that explains on request
    /// takes the decision from this function and continues on the same path:
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use hyrouter_router::{RouteRequest, Router, Turns};
    /// # fn answer(router: &Router, request: &RouteRequest<'_>, turns: &Turns, rng: &mut impl rand::Rng, is_dry: bool) {
    /// let now = SystemTime::now();
    /// let (decision, explanation) = if is_dry {
    ///     let (decision, explanation) = router.explain(request, turns, now, rng);
    ///     (decision, Some(explanation))
    /// } else {
    ///     (router.decide(request, turns, now, rng), None)
    /// };
    /// # let _ = (decision, explanation);
    /// # }
    /// ```
    ///
    /// Costs much more than `decide`: visits every route before the one taken and every backend of the pool, and copies
    /// both into the explanation.
    pub fn explain(
        &self,
        request: &RouteRequest<'_>,
        turns: &Turns,
        now: SystemTime,
        rng: &mut impl Rng,
    ) -> (RouteDecision<'_>, Explanation) {
        let mut recorder = Recorder::new(request, now);
        let turn = |route| turns.peek(route);
        let decision = self.decide_with(request, turn, now, rng, &mut recorder);
        (decision, recorder.explanation)
    }
}

struct Recorder<'a> {
    request: &'a RouteRequest<'a>,
    now: SystemTime,
    explanation: Explanation,
    turn: usize,
    total_weight: u64,
    compared: Vec<usize>,
}

impl<'a> Recorder<'a> {
    fn new(request: &'a RouteRequest<'a>, now: SystemTime) -> Self {
        Self {
            request,
            now,
            explanation: Explanation {
                host: request.host.to_owned(),
                passed_over: Vec::new(),
                route: None,
                maintenance: None,
                is_incomplete: false,
                steps: Vec::new(),
            },
            turn: 0,
            total_weight: 0,
            compared: Vec::new(),
        }
    }
}

impl Trace for Recorder<'_> {
    fn route(&mut self, router: &Router, route: Option<&Route>) {
        let taken = route.and_then(|route| route.index);
        let before = taken.unwrap_or(router.routes.len());
        let before = router.routes.iter().take(before);
        let skipped = before.filter_map(|route| SkippedRoute::new(route, self.request));
        self.explanation.passed_over = skipped.collect();
        self.explanation.route = route.map(|route| MatchedRoute::new(route, self.request.host));
        self.explanation.is_incomplete = route.is_some_and(|route| route.pool.is_incomplete);
    }

    fn maintenance(&mut self, maintenance: &Maintenance, judgement: Judgement) {
        let asks = judgement.in_force && !maintenance.allow.is_empty();
        self.explanation.maintenance = Some(MaintenanceCheck {
            maintenance: maintenance.clone(),
            in_force: judgement.in_force,
            bars: judgement.bars,
            why: judgement.why,
            seen: if asks {
                Observation::of_maintenance(maintenance, self.request)
            } else {
                Vec::new()
            },
        });
    }

    fn candidates(
        &mut self,
        route: &Route,
        step: &Step,
        candidates: &Candidates<'_>,
        captured: &[String],
    ) {
        // By pointer: a backend that is listed twice has two `Arc`s, and one of them may be over the limit.
        let chosen: HashSet<_> = candidates
            .iter()
            .map(|entry| Arc::as_ptr(&entry.backend))
            .collect();
        let mut removed = Vec::new();
        let mut over_limit = Vec::new();
        for backend in &route.pool.backends {
            if chosen.contains(&Arc::as_ptr(backend)) {
                continue;
            }
            let filters = &step.policy.filters;
            match Removal::find(filters, backend, captured, self.request, self.now) {
                Some(removal) => removed.push(removal),
                None => over_limit.push(PoolEntry::new(&step.policy, backend)),
            }
        }
        // The compiled step ends where no more entry can be within the limit, so the rest is sorted here.
        let sort = &step.policy.sort;
        over_limit
            .sort_by(|left, right| ranks(sort, &left.backend).cmp(&ranks(sort, &right.backend)));
        let sorted = candidates.iter().chain(&over_limit);
        self.explanation.steps.push(StepExplanation {
            fallback: self.explanation.steps.len(),
            policy: step.policy.clone(),
            removed,
            sorted: sorted
                .map(|entry| SortedBackend::new(&step.policy, entry, captured))
                .collect(),
            within_limit: candidates.len(),
            picked: None,
        });
    }

    fn turn(&mut self, turn: usize) {
        self.turn = turn;
    }

    fn total_weight(&mut self, total: u64) {
        self.total_weight = total;
    }

    fn compared(&mut self, place: usize) {
        self.compared.push(place);
    }

    fn picked(&mut self, choice: &Choice<'_>) {
        let Some(step) = self.explanation.steps.last_mut() else {
            return;
        };
        step.picked = Some(Pick {
            index: choice.selected_index(),
            backend: Arc::clone(choice.backend()),
            host: choice.host().into_owned(),
            by: match choice.strategy() {
                Strategy::RoundRobin => Comparison::Turn(self.turn),
                Strategy::Random => Comparison::Chance,
                Strategy::Weighted => Comparison::Weight {
                    weight: choice.backend().weight.max(1),
                    total: self.total_weight,
                },
                Strategy::LeastLoaded | Strategy::P2c => Comparison::Load {
                    compared: mem::take(&mut self.compared),
                },
            },
        });
    }
}
