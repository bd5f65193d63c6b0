//! Cached tokens: the checks that are repeated, and the end of an entry.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use hyrouter_identity::{ClientKind, Expected, TokenPolicy, TokenRefusal, TokenVerifier};
use serde_json::json;
use uuid::Uuid;

use super::fixture::{
    GAME, HEADER, Key, NOW, PLAYER, at, payload, payload_with, set, trusted, verifier, verify,
};

fn hits(verifier: &TokenVerifier) -> u64 {
    verifier.counts().from_cache()
}

#[test]
fn a_token_is_verified_once() {
    let (key, verifier) = trusted();
    let token = key.token(&payload());
    let first = verify(&verifier, &token).unwrap();
    assert_eq!((hits(&verifier), verifier.cached()), (0, 1));
    assert_eq!(verify(&verifier, &token), Ok(first));
    assert_eq!((hits(&verifier), verifier.cached()), (1, 1));
}

#[test]
fn the_packet_and_the_clock_are_checked_every_time() {
    let (key, verifier) = trusted();
    let token = key.token(&payload_with("nbf", json!(NOW)));
    assert!(verify(&verifier, &token).is_ok());
    let as_client = |client, uuid| Expected { client, uuid };
    for (expected, second, refusal) in [
        (
            as_client(ClientKind::Editor, None),
            NOW,
            TokenRefusal::Scope,
        ),
        (
            as_client(ClientKind::Game, Some(Uuid::nil())),
            NOW,
            TokenRefusal::UuidMismatch,
        ),
        (GAME, NOW + 900, TokenRefusal::Expired),
        (GAME, NOW - 301, TokenRefusal::NotYetValid),
    ] {
        let judged = verifier.verify(Some(&token), &expected, at(second));
        assert_eq!(judged, Err(refusal));
    }
    assert_eq!(hits(&verifier), 0);
    let same = as_client(ClientKind::Game, Some(PLAYER));
    assert!(verifier.verify(Some(&token), &same, at(NOW + 899)).is_ok());
    assert_eq!(hits(&verifier), 1);
}

#[test]
fn refused_tokens_are_not_cached() {
    let (key, verifier) = trusted();
    let stranger = Key::new("k1");
    for token in [
        stranger.token(&payload()),
        key.token(&payload_with("iss", json!("x"))),
        key.token(&payload_with("exp", json!(NOW - 300))),
        key.token(&payload_with("scope", json!("x"))),
        key.token(&payload_with("sub", json!("x"))),
        key.token(&payload_with("profile", json!({}))),
    ] {
        assert!(verify(&verifier, &token).is_err());
        assert_eq!(verifier.cached(), 0);
    }
}

#[test]
fn the_policy_limits_the_cache() {
    let key = Key::new("k1");
    for cache in [0, 1, 16, 100] {
        let verifier = TokenVerifier::new(TokenPolicy {
            cache,
            ..TokenPolicy::default()
        });
        verifier.replace_keys(set(&[&key]));
        for number in 0..400 {
            let token = key.token(&payload_with("exp", json!(NOW + number)));
            assert!(verify(&verifier, &token).is_ok());
            assert!(verifier.cached() <= cache);
            let again = hits(&verifier);
            assert!(verify(&verifier, &token).is_ok());
            assert_eq!(
                hits(&verifier) - again,
                u64::from(cache > 0),
                "{number} of {cache}"
            );
        }
        assert!(verifier.cached() > cache / 2 || cache == 0);
    }
}

#[test]
fn a_removed_key_removes_its_tokens() {
    let (one, two) = (Key::new("k1"), Key::new("k2"));
    let both = verifier(&[&one, &two]);
    let (token_one, token_two) = (one.token(&payload()), two.token(&payload()));
    assert!(verify(&both, &token_one).is_ok() && verify(&both, &token_two).is_ok());
    assert_eq!(both.cached(), 2);

    let change = both.replace_keys(set(&[&two]));
    assert_eq!(
        (change.added, change.removed),
        (vec![], vec!["k1".to_owned()])
    );
    assert_eq!(both.cached(), 1);
    assert_eq!(verify(&both, &token_one), Err(TokenRefusal::UnknownKey));
    assert!(verify(&both, &token_two).is_ok());
    assert_eq!(hits(&both), 1);

    both.replace_keys(set(&[&one, &two]));
    assert!(verify(&both, &token_one).is_ok());
    assert_eq!(hits(&both), 1);
}

#[test]
fn another_key_under_the_same_id_is_another_key() {
    let (old, new) = (Key::new("k1"), Key::new("k1"));
    let verifier = verifier(&[&old]);
    let token = old.token(&payload());
    assert!(verify(&verifier, &token).is_ok());
    let change = verifier.replace_keys(set(&[&new]));
    assert_eq!(
        (change.added, change.removed),
        (vec!["k1".to_owned()], vec!["k1".to_owned()])
    );
    assert_eq!(verifier.cached(), 0);
    assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Signature));
}

#[test]
fn the_same_keys_again_remove_no_token() {
    let (one, two) = (Key::new("k1"), Key::new("k2"));
    let verifier = verifier(&[&one, &two]);
    let token = one.token(&payload());
    assert!(verify(&verifier, &token).is_ok());
    assert!(verifier.replace_keys(set(&[&two, &one])).is_empty());
    assert!(verify(&verifier, &token).is_ok());
    assert_eq!(hits(&verifier), 1);
}

#[test]
fn a_token_without_a_key_id_is_good_while_there_is_one_key() {
    let (one, two) = (Key::new("k1"), Key::new("k2"));
    let verifier = verifier(&[&one]);
    let token = one.sign(r#"{"alg":"EdDSA"}"#, payload().to_string());
    assert!(verify(&verifier, &token).is_ok());
    assert!(verify(&verifier, &token).is_ok());
    assert_eq!(hits(&verifier), 1);
    verifier.replace_keys(set(&[&one, &two]));
    assert_eq!(verify(&verifier, &token), Err(TokenRefusal::UnknownKey));
    verifier.replace_keys(set(&[&one]));
    assert!(verify(&verifier, &token).is_ok());
}

/// Checks that a thread which began with old keys and caches a token after their removal does not make it good.
#[test]
fn no_thread_restores_a_removed_key() {
    let (old, new) = (Key::new("k1"), Key::new("k2"));
    for round in 0..50 {
        let verifier = verifier(&[&old, &new]);
        let tokens: Vec<_> = (0..8)
            .map(|number| {
                old.sign(
                    HEADER,
                    payload_with("jti", json!([round, number])).to_string(),
                )
            })
            .collect();
        let gone = AtomicBool::new(false);
        thread::scope(|scope| {
            for token in &tokens {
                scope.spawn(|| {
                    loop {
                        let was_gone = gone.load(Ordering::SeqCst);
                        let judged = verify(&verifier, token);
                        if was_gone {
                            assert_eq!(judged, Err(TokenRefusal::UnknownKey));
                            break;
                        }
                    }
                });
            }
            verifier.replace_keys(set(&[&new]));
            gone.store(true, Ordering::SeqCst);
        });
        for token in &tokens {
            assert_eq!(verify(&verifier, token), Err(TokenRefusal::UnknownKey));
        }
    }
}
