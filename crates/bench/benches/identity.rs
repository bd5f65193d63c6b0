//! Identity tokens: read, verified, remembered, refused.

#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a bench may panic; criterion's macro makes a public function"
)]

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use criterion::{Criterion, criterion_group, criterion_main};
use hyrouter_identity::{
    ClientKind, Expected, KeySet, TestClaims, TokenPolicy, TokenRefusal, TokenSigningKey,
    TokenVerifier, read,
};

const EXPECTED: Expected = Expected {
    client: ClientKind::Game,
    uuid: None,
};

fn verifier(key: &TokenSigningKey, cache: usize) -> TokenVerifier {
    let verifier = TokenVerifier::new(TokenPolicy {
        cache,
        ..TokenPolicy::default()
    });
    let keys = KeySet::parse(key.public_jwks().as_bytes()).expect("a valid set");
    verifier.replace_keys(keys);
    verifier
}

fn token(key: &TokenSigningKey, now: SystemTime) -> String {
    let claims = TestClaims {
        issued_at: now,
        expires_at: now + Duration::from_mins(10),
        ..TestClaims::default()
    };
    key.sign(&claims).expect("valid claims")
}

fn identity(c: &mut Criterion) {
    let key = TokenSigningKey::generate("bench").expect("a key");
    let stranger = TokenSigningKey::generate("bench").expect("a key");
    let unknown = TokenSigningKey::generate("unknown").expect("a key");
    let now = SystemTime::now();
    let good = token(&key, now);
    assert!(
        good.len() > 800,
        "as long as the game's own: {}",
        good.len()
    );

    let mut group = c.benchmark_group("identity");
    group.bench_function("read", |b| b.iter(|| read(black_box(&good))));
    let cases = [
        ("verify", 0, good.clone(), None),
        ("verify_remembered", 1024, good.clone(), None),
        (
            "refuse_signature",
            1024,
            token(&stranger, now),
            Some(TokenRefusal::Signature),
        ),
        (
            "refuse_unknown_key",
            1024,
            token(&unknown, now),
            Some(TokenRefusal::UnknownKey),
        ),
    ];
    for (name, cache, token, refusal) in &cases {
        let verifier = verifier(&key, *cache);
        let verify = || verifier.verify(Some(black_box(token)), &EXPECTED, now);
        assert_eq!(verify().err(), *refusal, "{name}");
        group.bench_function(*name, |b| b.iter(verify));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = identity
}
criterion_main!(benches);
