//! Damaged and arbitrary tokens.

use std::thread;

use hyrouter_identity::{MAX_TOKEN, TokenRefusal, read};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixture::{HEADER, NOW, base64url, payload, payload_with, trusted, verify};

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \0";

/// Returns a good token of minimum length, so that all changes of it can be tried.
fn short() -> Value {
    let mut payload = payload();
    payload["profile"] = json!({ "username": "A" });
    payload
}

#[test]
fn no_character_can_be_changed() {
    let (key, verifier) = trusted();
    let good = key.token(&short());
    assert!(verify(&verifier, &good).is_ok());
    for place in 0..good.len() {
        let (head, tail) = (&good[..place], &good[place + 1..]);
        for other in ALPHABET
            .chars()
            .filter(|other| !good[place..].starts_with(*other))
        {
            let token = format!("{head}{other}{tail}");
            assert!(verify(&verifier, &token).is_err(), "{place}: {other:?}");
        }
    }
    assert_eq!(verifier.cached(), 1);
}

#[test]
fn no_character_can_be_left_out_or_added() {
    let (key, verifier) = trusted();
    let good = key.token(&short());
    for place in 0..=good.len() {
        let (head, tail) = good.split_at(place);
        if let Some(tail) = tail.get(1..) {
            assert!(
                verify(&verifier, &format!("{head}{tail}")).is_err(),
                "{place}"
            );
            assert!(verify(&verifier, head).is_err(), "{place}");
        }
        for more in ["A", "Q", ".", "=", " ", "\0", "%"] {
            let token = format!("{head}{more}{tail}");
            assert!(verify(&verifier, &token).is_err(), "{place}: {more:?}");
        }
    }
    assert_eq!(verifier.cached(), 0);
}

/// Depth of nesting that overflows the stack of the test if it is read by recursion.
#[test]
fn depth_costs_no_stack() {
    const DEPTH: usize = 2_600;
    let judge = || {
        let (key, verifier) = trusted();
        let hash = |text: &str| {
            payload_with("skin", json!("#"))
                .to_string()
                .replace("\"#\"", text)
        };
        let deep_list = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
        let deep_object = format!("{}1{}", "{\"\":".repeat(DEPTH / 3), "}".repeat(DEPTH / 3));
        let open = "[".repeat(2 * DEPTH);
        for (skin, refusal) in [
            (&deep_list, None),
            (&deep_object, None),
            (&open, Some(TokenRefusal::Malformed)),
        ] {
            let token = key.sign(HEADER, hash(skin));
            assert!(token.len() <= MAX_TOKEN, "{}", token.len());
            assert_eq!(verify(&verifier, &token).err(), refusal);
            assert_eq!(read(&token).err(), refusal);
        }
        for member in ["sub", "exp", "scope", "profile"] {
            let payload = payload_with(member, json!("#")).to_string();
            let token = key.sign(HEADER, payload.replace("\"#\"", &deep_list));
            assert_eq!(
                verify(&verifier, &token),
                Err(TokenRefusal::Malformed),
                "{member}"
            );
        }
        for member in ["jwk", "crit", "kid"] {
            let header = format!(r#"{{"alg":"EdDSA","{member}":{deep_list}}}"#);
            let judged = verify(&verifier, &key.sign(header, payload().to_string()));
            assert_eq!(judged.is_ok(), member == "jwk", "{member}");
        }
    };
    let small = thread::Builder::new().stack_size(192 * 1024);
    small.spawn(judge).unwrap().join().unwrap();
}

/// Generates any JSON, with checked members among others.
fn values() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec!["username", "skin", "iss", "sub", "exp", ""]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let name = names.clone().prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6).prop_map(|members| json!(members)),
        ]
    })
}

proptest! {
    #[test]
    fn garbage_is_refused(text in "\\PC{1,200}", parts in prop::collection::vec(any::<Vec<u8>>(), 0..5)) {
        let (_, verifier) = trusted();
        let parts: Vec<_> = parts.iter().map(base64url).collect();
        for token in [text, parts.join(".")] {
            prop_assert!(verify(&verifier, &token).is_err());
            let _ = read(&token);
        }
    }

    #[test]
    fn a_token_is_good_in_one_piece(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 1..6),
    ) {
        let (key, verifier) = trusted();
        let good = key.token(&payload());
        let mut changed: Vec<_> = good.chars().collect();
        for (place, other) in changes {
            *place.get_mut(&mut changed) = other;
        }
        let changed: String = changed.into_iter().collect();
        prop_assume!(changed != good);
        prop_assert!(verify(&verifier, &changed).is_err());
        let _ = read(&changed);
    }

    /// Uses signed payloads, so that all members are read.
    #[test]
    fn a_signed_payload_of_any_shape_is_judged(
        member in prop::sample::select(vec!["iss", "sub", "exp", "nbf", "scope", "profile", "skin"]),
        value in values(),
    ) {
        let (key, verifier) = trusted();
        let token = key.token(&payload_with(member, value));
        let _ = read(&token);
        if let Ok(claims) = verify(&verifier, &token) {
            prop_assert!(claims.subject.is_some() && claims.username.is_some());
            prop_assert!(claims.expires_at.unwrap() > NOW - 300);
            prop_assert!(claims.not_before.is_none_or(|begins| begins <= NOW + 300));
            prop_assert!(claims.scopes.client());
        }
    }

    #[test]
    fn signed_bytes_of_any_kind_are_judged(header in any::<Vec<u8>>(), payload in any::<Vec<u8>>()) {
        let (key, verifier) = trusted();
        for header in [header.as_slice(), HEADER.as_bytes()] {
            let token = key.sign(header, &payload);
            prop_assert!(verify(&verifier, &token).is_err());
        }
    }
}
