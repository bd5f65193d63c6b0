//! The parts of a decision that touch no socket.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench may panic; criterion's macro makes a public function"
)]

use std::hint::black_box;
use std::time::SystemTime;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use hyrouter_client::Hello;
use hyrouter_protocol::{Connect, Generation, HEADER_LEN, encode_referral};
use hyrouter_referral::Secret;
use hyrouter_referral::v1::Sealer;
use hyrouter_router::{Backend, PoolSpec, RouteRequest, RouteSpec, Router, RouterSpec, Turns};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

fn decode(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode_connect");
    for generation in Generation::ALL {
        let mut hello = Hello::of(generation);
        // As long as the game's own tokens are.
        hello.identity_token = Some("e".repeat(900));
        let frame = hello.frame().expect("a valid hello");
        let payload = &frame[HEADER_LEN..];
        group.bench_function(generation.as_str(), |b| {
            b.iter(|| Connect::decode(black_box(payload), Some(b"hytale/3")));
        });
    }
    group.finish();
}

fn encode(c: &mut Criterion) {
    let mut out = Vec::with_capacity(8192);
    for (name, data) in [("plain", None), ("data_1k", Some(vec![7; 1024]))] {
        c.bench_function(&format!("encode_referral/{name}"), |b| {
            b.iter(|| {
                out.clear();
                encode_referral(
                    black_box("lobby-1.example.com"),
                    5521,
                    data.as_deref(),
                    &mut out,
                )
            });
        });
    }
    let secret = Secret::parse("hex:000102030405060708090a0b0c0d0e0f").expect("a valid secret");
    let sealer = Sealer::signed(7, &secret);
    c.bench_function("seal_envelope_v1", |b| {
        b.iter(|| {
            out.clear();
            sealer.seal(black_box(b"party=12"), &mut out)
        });
    });
}

fn pool(backends: u16) -> PoolSpec {
    let backends = (0..backends)
        .map(|n| Backend {
            host: format!("10.0.{}.{}", n >> 8, n & 255),
            port: 5521,
            ..Backend::default()
        })
        .collect();
    PoolSpec {
        backends,
        ..PoolSpec::default()
    }
}

fn decide(c: &mut Criterion) {
    let mut group = c.benchmark_group("decide");
    for routes in [10_u32, 1_000, 100_000] {
        let spec = RouterSpec {
            routes: (0..routes)
                .map(|n| {
                    // Exact names and suffixes in turn, as networks have them.
                    let pattern = if n % 2 == 0 {
                        format!("s{n}.example.com")
                    } else {
                        format!("*.n{n}.example.com")
                    };
                    let patterns = vec![pattern.parse().expect("a valid pattern")];
                    RouteSpec {
                        name: n.to_string(),
                        patterns,
                        pool: pool(4),
                        ..RouteSpec::default()
                    }
                })
                .collect(),
            default: Some(pool(4)),
        };
        let router = Router::new(spec).expect("a valid router");
        let turns = Turns::new(&router);
        let mut rng = StdRng::seed_from_u64(1);
        let now = SystemTime::now();
        let (exact, suffix) = (
            format!("s{}.example.com", routes - 2),
            format!("a.n{}.example.com", routes - 1),
        );
        for (kind, host) in [
            ("exact", exact.as_str()),
            ("suffix", &suffix),
            ("default", "nobody.example.org"),
        ] {
            group.bench_with_input(BenchmarkId::new(kind, routes), host, |b, host| {
                let request = RouteRequest {
                    host,
                    ..RouteRequest::default()
                };
                b.iter(|| {
                    let decision = router.decide(black_box(&request), &turns, now, &mut rng);
                    black_box(matches!(
                        decision,
                        hyrouter_router::RouteDecision::Backend(_)
                    ))
                });
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50).measurement_time(std::time::Duration::from_secs(2)).warm_up_time(std::time::Duration::from_millis(500));
    targets = decode, encode, decide
}
criterion_main!(benches);
