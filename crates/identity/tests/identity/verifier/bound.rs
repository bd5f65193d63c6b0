//! Checks beside the signature: the age of a token, and the certificate of its client.

use std::time::Duration;

use hyrouter_identity::{Bindings, TokenPolicy, TokenRefusal, TokenVerifier};
use serde_json::{Value, json};

use super::fixture::{GAME, HEADER, Key, NOW, at, payload, payload_with, set, trusted, verify};

const SKEW: i64 = 300;

#[test]
fn the_policy_limits_the_age_of_a_token() {
    let key = Key::new("k1");
    let verifier = TokenVerifier::new(TokenPolicy {
        max_age: Some(Duration::from_hours(1)),
        ..TokenPolicy::default()
    });
    verifier.replace_keys(set(&[&key]));
    let oldest = NOW - 3600 - SKEW;
    for (issued, refusal) in [
        (json!(NOW), None),
        (json!(oldest + 1), None),
        (json!(oldest), Some(TokenRefusal::MaxAge)),
        (json!(0), Some(TokenRefusal::MaxAge)),
        (json!(i64::MIN), Some(TokenRefusal::MaxAge)),
        (json!(null), Some(TokenRefusal::MaxAge)),
        (json!(NOW + SKEW), None),
        (json!(NOW + SKEW + 1), Some(TokenRefusal::NotYetValid)),
        (json!(i64::MAX), Some(TokenRefusal::NotYetValid)),
        (json!("1"), Some(TokenRefusal::Malformed)),
    ] {
        let token = key.token(&payload_with("iat", issued.clone()));
        assert_eq!(verify(&verifier, &token).err(), refusal, "{issued}");
        // A cached token becomes too old as well.
        let later = verifier.verify(Some(&token), &GAME, at(NOW + 400));
        let is_older = issued == json!(oldest + 1);
        assert_eq!(
            later.err() == Some(TokenRefusal::MaxAge),
            is_older || refusal == Some(TokenRefusal::MaxAge),
            "{issued}"
        );
    }
    assert_eq!(
        verify(&verifier, &key.token(&payload())),
        Err(TokenRefusal::MaxAge)
    );
}

#[test]
fn without_a_limit_the_age_does_not_matter() {
    let (key, verifier) = trusted();
    for issued in [json!(0), json!(NOW + 100_000), Value::Null] {
        let token = key.token(&payload_with("iat", issued));
        assert!(verify(&verifier, &token).is_ok());
    }
}

#[test]
fn a_token_is_bound_to_the_first_certificate_that_shows_it() {
    let (key, verifier) = trusted();
    let bindings = Bindings::new();
    let show = |verifier: &TokenVerifier, token: &str, certificate: Option<u8>| {
        let certificate = certificate.map(|byte| [byte; 32]);
        let judged = verifier.verify_and_bind(Some(token), &GAME, certificate, &bindings, at(NOW));
        judged.err()
    };
    let token = key.token(&payload());
    // A bad token is not bound.
    let forged = Key::new("k1").sign(HEADER, payload().to_string());
    assert_eq!(
        show(&verifier, &forged, Some(9)),
        Some(TokenRefusal::Signature)
    );
    assert_eq!(
        show(&verifier, &token, None),
        Some(TokenRefusal::Certificate)
    );
    assert!(bindings.is_empty());
    for (certificate, refusal) in [
        (Some(1), None),
        (Some(2), Some(TokenRefusal::Certificate)),
        (None, Some(TokenRefusal::Certificate)),
        (Some(1), None),
    ] {
        assert_eq!(
            show(&verifier, &token, certificate),
            refusal,
            "{certificate:?}"
        );
    }
    assert_eq!(verifier.counts().refused(TokenRefusal::Certificate), 3);

    // A verifier that replaces the first, without a cache, keeps the bindings.
    let next = TokenVerifier::new(TokenPolicy {
        cache: 0,
        ..TokenPolicy::default()
    });
    next.replace_keys(set(&[&key]));
    assert_eq!(
        show(&next, &token, Some(2)),
        Some(TokenRefusal::Certificate)
    );
    assert_eq!(show(&next, &token, Some(1)), None);
}
