//! Short ways to make a router and to ask it.

use std::time::{Duration, SystemTime};

use hyrouter_router::{
    Backend, BackendKey, CompareOp, Explanation, Filter, PolicyPatch, PoolPolicy, PoolSpec,
    RouteDecision, RouteFailure, RouteRequest, RouteSpec, Router, RouterSpec, SortBy, SortOrder,
    SortType, Strategy, Turns,
};
use rand::{SeedableRng, rngs::StdRng};

/// The time of all decisions that do not say another: second 2,000,000,000.
pub(crate) const NOW: u64 = 2_000_000_000;

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A backend of weight 1 on port 5520.
pub(crate) fn backend(host: &str) -> Backend {
    Backend {
        host: host.to_owned(),
        port: 5520,
        weight: 1,
        ..Backend::default()
    }
}

pub(crate) trait BackendExt {
    fn weight(self, weight: u32) -> Backend;
    fn meta(self, key: &str, value: &str) -> Backend;
}

impl BackendExt for Backend {
    fn weight(self, weight: u32) -> Backend {
        Backend { weight, ..self }
    }

    fn meta(mut self, key: &str, value: &str) -> Backend {
        self.meta.insert(key.to_owned(), value.to_owned());
        self
    }
}

pub(crate) fn pool(backends: impl IntoIterator<Item = Backend>) -> PoolSpec {
    PoolSpec {
        backends: backends.into_iter().collect(),
        ..PoolSpec::default()
    }
}

pub(crate) trait PoolExt {
    fn strategy(self, strategy: Strategy) -> PoolSpec;
    fn key(self, key: &str) -> PoolSpec;
    fn sample(self, sample: usize) -> PoolSpec;
    fn limit(self, limit: usize) -> PoolSpec;
    fn filter(self, filter: Filter) -> PoolSpec;
    fn sort(self, key: &str, order: SortOrder, kind: SortType) -> PoolSpec;
    fn fallback(self, patch: PolicyPatch) -> PoolSpec;
}

impl PoolExt for PoolSpec {
    fn strategy(self, strategy: Strategy) -> PoolSpec {
        let policy = PoolPolicy {
            strategy,
            ..self.policy
        };
        PoolSpec { policy, ..self }
    }

    fn key(mut self, key: &str) -> PoolSpec {
        self.policy.key = Some(BackendKey::from(key));
        self
    }

    fn sample(mut self, sample: usize) -> PoolSpec {
        self.policy.sample = sample;
        self
    }

    fn limit(mut self, limit: usize) -> PoolSpec {
        self.policy.limit = limit;
        self
    }

    fn filter(mut self, filter: Filter) -> PoolSpec {
        self.policy.filters.push(filter);
        self
    }

    fn sort(mut self, key: &str, order: SortOrder, kind: SortType) -> PoolSpec {
        let key = BackendKey::from(key);
        self.policy.sort.push(SortBy { key, order, kind });
        self
    }

    fn fallback(mut self, patch: PolicyPatch) -> PoolSpec {
        self.fallback.push(patch);
        self
    }
}

/// `left op right` by keys.
pub(crate) fn compare(left: &str, op: &str, right: &str) -> Filter {
    Filter::Compare {
        left: BackendKey::from(left),
        op: named_op(op),
        right: BackendKey::from(right),
    }
}

/// A player of whom the host alone is known.
pub(crate) fn of_host(host: &str) -> RouteRequest<'_> {
    RouteRequest {
        host,
        ..RouteRequest::default()
    }
}

/// A route of this name for these patterns, each in one word.
pub(crate) fn route(name: &str, patterns: &str, pool: PoolSpec) -> RouteSpec {
    RouteSpec {
        name: name.to_owned(),
        patterns: patterns
            .split_whitespace()
            .map(|text| text.parse().unwrap())
            .collect(),
        pool,
        ..RouteSpec::default()
    }
}

/// What a decision came to, without its borrows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) reason: Option<&'static str>,
    /// The route's number, `default`, or `none`.
    pub(crate) route: String,
    pub(crate) host: String,
    pub(crate) selected: usize,
    pub(crate) candidates: Vec<String>,
    pub(crate) fallback: usize,
}

impl Outcome {
    fn of(decision: &RouteDecision<'_>) -> Self {
        let route = match decision.route().map(|route| route.index) {
            Some(Some(index)) => index.to_string(),
            Some(None) => "default".to_owned(),
            None => "none".to_owned(),
        };
        let reason = decision.failure().map(RouteFailure::as_str);
        let RouteDecision::Backend(choice) = decision else {
            return Self {
                reason,
                route,
                host: String::new(),
                selected: 0,
                candidates: Vec::new(),
                fallback: 0,
            };
        };
        Self {
            reason,
            route,
            host: choice.host().into_owned(),
            selected: choice.selected_index(),
            candidates: choice
                .candidates()
                .map(|candidate| candidate.host.into_owned())
                .collect(),
            fallback: choice.fallback(),
        }
    }
}

/// A router with its counters, a source of randomness with a fixed seed, and a player.
pub(crate) struct Fixture {
    pub(crate) router: Router,
    pub(crate) turns: Turns,
    pub(crate) rng: StdRng,
    pub(crate) now: SystemTime,
}

impl Fixture {
    pub(crate) fn new(spec: RouterSpec) -> Self {
        let router = Router::new(spec).unwrap();
        Self {
            turns: Turns::new(&router),
            router,
            rng: StdRng::seed_from_u64(5520),
            now: at(NOW),
        }
    }

    /// Every host leads to this pool.
    pub(crate) fn of_pool(pool: PoolSpec) -> Self {
        Self::new(RouterSpec {
            routes: Vec::new(),
            default: Some(pool),
        })
    }

    pub(crate) fn of_routes(routes: impl IntoIterator<Item = RouteSpec>) -> Self {
        Self::new(RouterSpec {
            routes: routes.into_iter().collect(),
            default: None,
        })
    }

    pub(crate) fn seed(self, seed: u64) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            ..self
        }
    }

    pub(crate) fn ask(&mut self, request: &RouteRequest<'_>) -> Outcome {
        Outcome::of(
            &self
                .router
                .decide(request, &self.turns, self.now, &mut self.rng),
        )
    }

    pub(crate) fn host(&mut self, host: &str) -> Outcome {
        self.ask(&RouteRequest {
            host,
            ..RouteRequest::default()
        })
    }

    /// A player of whom nothing is known.
    pub(crate) fn anyone(&mut self) -> Outcome {
        self.ask(&RouteRequest::default())
    }

    pub(crate) fn explain(&mut self, request: &RouteRequest<'_>) -> Explanation {
        let (decision, explanation) =
            self.router
                .explain(request, &self.turns, self.now, &mut self.rng);
        assert_eq!(decision.failure(), explanation.failure());
        assert_eq!(
            Outcome::of(&decision).host,
            explanation.picked().map_or("", |picked| &picked.host)
        );
        explanation
    }

    /// The hosts that so many players are sent to.
    pub(crate) fn hosts(&mut self, players: u32) -> Vec<String> {
        (0..players).map(|_| self.anyone().host).collect()
    }
}

fn named_op(name: &str) -> CompareOp {
    let known = CompareOp::ALL.iter().find(|op| op.as_str() == name);
    *known.unwrap()
}
