//! Decisions on pools of discovered backends, by their number, without filters and with them.

#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a bench may panic; criterion's macro makes a public function"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::SystemTime;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use hyrouter_router::{
    Backend, CompareOp, Filter, PoolBackends, PoolPolicy, PoolSpec, RouteDecision, RouteRequest,
    Router, RouterSpec, Strategy, Turns,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// Numbers of backends of a pool.
const COUNTS: [u16; 3] = [10, 1_000, 10_000];

/// Returns a pool's policies by their names.
fn policies() -> [(&'static str, PoolPolicy); 5] {
    let key = |name: &str| name.into();
    let p2c = PoolPolicy {
        strategy: Strategy::P2c,
        key: Some(key("players")),
        ..PoolPolicy::default()
    };
    let has_room = Filter::Compare {
        left: key("players"),
        op: CompareOp::Lt,
        right: key("max_players"),
    };
    let not_started = Filter::GameStartNotPast {
        key: key("starts_at"),
    };
    [
        ("round_robin", PoolPolicy::default()),
        ("p2c", p2c.clone()),
        (
            "p2c_one_filter",
            PoolPolicy {
                filters: vec![has_room.clone()],
                ..p2c.clone()
            },
        ),
        (
            "p2c_two_filters",
            PoolPolicy {
                filters: vec![has_room, not_started],
                ..p2c
            },
        ),
        (
            "hostname",
            PoolPolicy {
                filters: vec![Filter::Hostname {
                    key: key("hostname"),
                }],
                ..PoolPolicy::default()
            },
        ),
    ]
}

/// Returns backends as a source has them. One of eight is full. Each has its own host name; the first has the player's.
fn backends(count: u16) -> Vec<Arc<Backend>> {
    let backend = |n: u16| {
        let players = if n.is_multiple_of(8) { 100 } else { n % 100 };
        let name = match n {
            0 => "play.example.com".to_owned(),
            n => format!("s{n}.example.com"),
        };
        let facts = [
            ("hostname", name),
            ("players", players.to_string()),
            ("max_players", "100".to_owned()),
            ("label.app", "lobby".to_owned()),
        ];
        let facts = facts.map(|(name, value)| (name.to_owned(), value));
        let host = format!("10.0.{}.{}", n >> 8, n & 255);
        Arc::new(Backend {
            meta: facts.into(),
            ..Backend::new(host, 5520)
        })
    };
    (0..count).map(backend).collect()
}

fn router(policy: PoolPolicy, count: u16) -> Router {
    let pool = PoolSpec {
        policy,
        ..PoolSpec::default()
    };
    let spec = RouterSpec {
        default: Some(pool),
        ..RouterSpec::default()
    };
    let found = PoolBackends {
        backends: backends(count),
        ..PoolBackends::default()
    };
    let router = Router::new(spec).expect("a valid router");
    router.with_backends([found]).expect("valid backends")
}

fn decide(c: &mut Criterion) {
    let mut group = c.benchmark_group("decide_discovered");
    let now = SystemTime::now();
    for (name, policy) in policies() {
        for count in COUNTS {
            let router = router(policy.clone(), count);
            let turns = Turns::new(&router);
            let mut rng = StdRng::seed_from_u64(1);
            let request = RouteRequest {
                host: "play.example.com",
                ..RouteRequest::default()
            };
            group.bench_function(BenchmarkId::new(name, count), |b| {
                b.iter(|| {
                    let decision = router.decide(black_box(&request), &turns, now, &mut rng);
                    black_box(matches!(decision, RouteDecision::Backend(_)))
                });
            });
        }
    }
    group.finish();
}

/// The cost of a changed set: the pool is compiled again.
fn swap(c: &mut Criterion) {
    let mut group = c.benchmark_group("swap_discovered");
    for count in COUNTS {
        let router = router(PoolPolicy::default(), 1);
        let backends = backends(count);
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| {
                let found = PoolBackends {
                    backends: backends.clone(),
                    ..PoolBackends::default()
                };
                router.with_backends([found]).expect("valid backends")
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50).measurement_time(std::time::Duration::from_secs(2)).warm_up_time(std::time::Duration::from_millis(500));
    targets = decide, swap
}
criterion_main!(benches);
