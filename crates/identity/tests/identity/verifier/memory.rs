//! Bounds and expiry of the cache, and threads that verify while keys are replaced.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use hyrouter_identity::{ClientKind, Expected, TokenPolicy, TokenRefusal, TokenVerifier};
use serde_json::json;
use uuid::Uuid;

use super::fixture::{
    GAME, Key, NOW, PLAYER, at, payload, payload_with, set, trusted, verifier, verify,
};

/// Returns a verifier that caches at most this number of tokens.
fn remembering(cache: usize, keys: &[&Key]) -> TokenVerifier {
    let verifier = TokenVerifier::new(TokenPolicy {
        cache,
        ..TokenPolicy::default()
    });
    verifier.replace_keys(set(keys));
    verifier
}

#[test]
fn the_cache_is_bounded_by_the_policy() {
    let key = Key::new("k1");
    // Each expires before the one before it, so that the last one is replaced first.
    let tokens: Vec<_> = (0..300)
        .map(|number| key.token(&payload_with("exp", json!(NOW + 600 - number))))
        .collect();
    for capacity in [0, 1, 7, 8, 9, 100] {
        let verifier = remembering(capacity, &[&key]);
        let mut most = 0;
        for token in &tokens {
            assert!(verify(&verifier, token).is_ok());
            assert!(verifier.cached() <= capacity, "{capacity}");
            most = most.max(verifier.cached());
            let hits = verifier.counts().from_cache();
            assert!(verify(&verifier, token).is_ok());
            let more = verifier.counts().from_cache() - hits;
            assert_eq!(more, u64::from(capacity > 0), "{capacity}");
        }
        assert!(most * 2 > capacity || capacity == 0, "{most} of {capacity}");
    }
}

#[test]
fn all_tokens_that_fit_are_cached() {
    let (key, verifier) = trusted();
    let tokens: Vec<_> = (0..200)
        .map(|number| key.token(&payload_with("jti", json!(number))))
        .collect();
    let names = ["verified", "from_cache"];
    for (round, told) in [(1, [200, 0]), (2, [400, 200]), (3, [600, 400])] {
        for token in &tokens {
            assert!(verify(&verifier, token).is_ok());
        }
        let counts: Vec<_> = verifier.counts().iter().take(2).collect();
        assert_eq!(counts, names.into_iter().zip(told).collect::<Vec<_>>());
        assert_eq!(verifier.cached(), 200, "{round}");
    }
}

#[test]
fn a_cached_token_expires_to_the_nanosecond() {
    let (key, verifier) = trusted();
    let token = key.token(&payload_with("nbf", json!(NOW - 10)));
    assert!(verify(&verifier, &token).is_ok());
    let tick = Duration::from_nanos(1);
    let (begin, end) = (at(NOW - 10 - 300), at(NOW + 600 + 300));
    for (now, refusal, hits) in [
        (begin - tick, Some(TokenRefusal::NotYetValid), 0),
        (begin, None, 1),
        (end - tick, None, 2),
        (end, Some(TokenRefusal::Expired), 2),
        (
            end + Duration::from_secs(1 << 32),
            Some(TokenRefusal::Expired),
            2,
        ),
    ] {
        let judged = verifier.verify(Some(&token), &GAME, now);
        assert_eq!(judged.err(), refusal, "{now:?}");
        assert_eq!(verifier.counts().from_cache(), hits, "{now:?}");
    }
    let counts = verifier.counts();
    assert_eq!(counts.verified(), 3);
    assert_eq!(counts.refused(TokenRefusal::Expired), 2);
    assert_eq!(counts.refused(TokenRefusal::NotYetValid), 1);
}

#[test]
fn a_cached_token_is_for_its_player_and_client_only() {
    let (key, verifier) = trusted();
    let token = key.token(&payload_with("scope", json!("hytale:editor")));
    let editor = ClientKind::Editor;
    let expect = |client, uuid| Expected { client, uuid };
    assert!(
        verifier
            .verify(Some(&token), &expect(editor, None), at(NOW))
            .is_ok()
    );
    let other = Uuid::from_u128(PLAYER.as_u128() ^ 1);
    for (expected, refusal) in [
        (
            expect(ClientKind::Game, Some(PLAYER)),
            Some(TokenRefusal::Scope),
        ),
        (
            expect(ClientKind::Other(1), None),
            Some(TokenRefusal::Scope),
        ),
        (
            expect(editor, Some(other)),
            Some(TokenRefusal::UuidMismatch),
        ),
        (expect(editor, Some(PLAYER)), None),
    ] {
        let judged = verifier.verify(Some(&token), &expected, at(NOW));
        assert_eq!(judged.err(), refusal, "{expected:?}");
    }
    assert_eq!(verifier.counts().from_cache(), 1);
    assert_eq!(verifier.cached(), 1);
}

#[test]
fn a_second_key_invalidates_tokens_without_a_key_id() {
    let (one, two) = (Key::new("k1"), Key::new("k2"));
    let verifier = verifier(&[&one]);
    let nameless = one.sign(r#"{"alg":"EdDSA"}"#, payload().to_string());
    let named = one.token(&payload());
    assert!(verify(&verifier, &nameless).is_ok() && verify(&verifier, &named).is_ok());
    assert_eq!(verifier.cached(), 2);

    verifier.replace_keys(set(&[&two, &one]));
    assert_eq!(verifier.cached(), 1);
    assert_eq!(verify(&verifier, &nameless), Err(TokenRefusal::UnknownKey));
    assert!(verify(&verifier, &named).is_ok());
    assert_eq!(verifier.counts().from_cache(), 1);

    // With one key again, it is verified again.
    verifier.replace_keys(set(&[&one]));
    assert!(verify(&verifier, &nameless).is_ok());
    assert_eq!(verifier.counts().from_cache(), 1);
}

#[test]
fn a_key_that_returns_is_new() {
    let (old, new) = (Key::new("k1"), Key::new("k1"));
    let verifier = verifier(&[&old]);
    let token = old.token(&payload());
    for round in 0..3 {
        assert!(verify(&verifier, &token).is_ok());
        assert!(verify(&verifier, &token).is_ok());
        assert_eq!(verifier.counts().from_cache(), round + 1);
        verifier.replace_keys(set(&[&new]));
        assert_eq!(verifier.cached(), 0);
        assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Signature));
        verifier.replace_keys(set(&[&old]));
    }
}

const EXCHANGES: usize = 200;
const THREADS: usize = 8;

/// Replaces keys under two ids, the older one each time, while threads verify tokens. A thread may cache a token of the
/// key before after the replacement, which must have no effect.
#[test]
fn a_removed_key_is_not_accepted_after_the_replacement() {
    let keys: Vec<_> = (0..EXCHANGES + 2)
        .map(|number| Key::new(if number % 2 == 0 { "even" } else { "odd" }))
        .collect();
    // Each thread has its own tokens, so that it verifies and caches them itself.
    let tokens_of = |thread: usize| -> Vec<_> {
        let payload = payload_with("jti", json!(thread));
        keys.iter().map(|key| key.token(&payload)).collect()
    };
    let verifier = verifier(&[&keys[0], &keys[1]]);
    let (removed, accepted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let judge_all = |tokens: &[String]| {
        loop {
            let first = removed.load(Ordering::SeqCst);
            for token in &tokens[first.saturating_sub(3)..first] {
                let judged = verify(&verifier, token);
                assert_eq!(judged, Err(TokenRefusal::Signature), "before {first}");
            }
            if first == EXCHANGES {
                break;
            }
            // The first key may be removed at any time; then its token is refused like those before it.
            match verify(&verifier, &tokens[first]) {
                Ok(_) => drop(accepted.fetch_add(1, Ordering::SeqCst)),
                Err(refusal) => assert_eq!(refusal, TokenRefusal::Signature),
            }
        }
    };
    let changes: Vec<_> = thread::scope(|scope| {
        let judge_all = &judge_all;
        let threads: Vec<_> = (0..THREADS)
            .map(tokens_of)
            .map(|tokens| scope.spawn(move || judge_all(&tokens)))
            .collect();
        // A panic here would hang the test, since the threads wait for the last replacement.
        let exchange = |number: usize| {
            let before = accepted.load(Ordering::SeqCst);
            while accepted.load(Ordering::SeqCst) == before
                && threads.iter().all(|thread| !thread.is_finished())
            {
                thread::yield_now();
            }
            let change = verifier.replace_keys(set(&[&keys[number], &keys[number + 1]]));
            removed.store(number, Ordering::SeqCst);
            (change.added.len(), change.removed.len())
        };
        (1..=EXCHANGES).map(exchange).collect()
    });
    assert_eq!(changes, [(1, 1); EXCHANGES]);
    assert!(accepted.load(Ordering::SeqCst) >= EXCHANGES);
    for token in &tokens_of(0)[EXCHANGES..] {
        assert!(verify(&verifier, token).is_ok());
    }
}
