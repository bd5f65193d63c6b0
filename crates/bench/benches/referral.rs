//! Envelopes of both versions around 64 bytes of content, and the replay guard.

#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a bench may panic; criterion's macro makes a public function"
)]

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use criterion::{Criterion, criterion_group, criterion_main};
use hyrouter_referral::v1::{KeyRing, Sealer, open as open_v1};
use hyrouter_referral::{
    Expectation, ReplayGuard, Secret, SigningKey, Statement, VerifyingKeys, open as open_v2,
};

const CONTENT: [u8; 64] = [0x2a; 64];
const PLAYER: [u8; 16] = [0xab; 16];
const CERTIFICATE: [u8; 32] = [0xcd; 32];
const LIFETIME: Duration = Duration::from_secs(30);

fn secret() -> Secret {
    Secret::parse("hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
        .expect("a valid secret")
}

fn version_1(c: &mut Criterion) {
    let sealer = Sealer::signed(1, &secret());
    let keys = KeyRing::new().with(1, &secret());
    let mut out = Vec::with_capacity(4096);
    c.bench_function("seal_v1/hmac-sha256", |b| {
        b.iter(|| {
            out.clear();
            sealer.seal(black_box(&CONTENT), &mut out)
        });
    });
    c.bench_function("open_v1/hmac-sha256", |b| {
        b.iter(|| {
            open_v1(black_box(&out), &keys)
                .expect("a good envelope")
                .len()
        });
    });
}

fn version_2(c: &mut Criterion) {
    let now = SystemTime::now();
    let statement = Statement::referral("lobby-1.example.com", 5520)
        .with_lifetime(now, LIFETIME)
        .with_nonce([1; 16])
        .with_player(PLAYER)
        .with_certificate(CERTIFICATE)
        .with_route("lobby")
        .with_source("play.example.com")
        .with_content(&CONTENT);
    let expectation = Expectation::referral_to("lobby-1.example.com", 5520)
        .with_player(PLAYER)
        .with_certificate(CERTIFICATE);
    for key in [
        SigningKey::hmac(1, &secret()).expect("a valid secret"),
        SigningKey::ed25519(1, &secret()).expect("a valid seed"),
    ] {
        let keys = VerifyingKeys::new().with(key.verifying_key());
        let mut out = Vec::with_capacity(4096);
        c.bench_function(&format!("seal_v2/{}", key.algorithm()), |b| {
            b.iter(|| {
                out.clear();
                black_box(&statement).seal(&key, &mut out)
            });
        });
        c.bench_function(&format!("open_v2/{}", key.algorithm()), |b| {
            b.iter(|| {
                open_v2(black_box(&out), &keys, &expectation, now)
                    .expect("a good envelope")
                    .hops
            });
        });
    }
}

/// 10,000 players a second with 10 seconds to live: the guard holds 100,000 and forgets one for each that it admits.
fn replay(c: &mut Criterion) {
    let start = SystemTime::now();
    let mut guard = ReplayGuard::new(200_000);
    let mut number = 0_u32;
    c.bench_function("replay_guard_admit/100000", |b| {
        b.iter(|| {
            number += 1;
            let now = start + Duration::from_micros(100) * number;
            // An odd factor, so that the nonces are as scattered as random ones.
            let nonce = u128::from(number)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
                .to_be_bytes();
            guard.admit(black_box(nonce), now + Duration::from_secs(10), now)
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(500));
    targets = version_1, version_2, replay
}
criterion_main!(benches);
