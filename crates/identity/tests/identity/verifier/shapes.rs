//! Tokens, headers, payloads and key sets of any shape.

use std::collections::BTreeSet;
use std::thread;

use hyrouter_identity::{KeySet, KeySetError, MAX_TOKEN, TokenRefusal, read};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::fixture::{HEADER, Key, base64url, payload, payload_with, trusted, verify};

/// Calls a function on a thread with a stack of this number of KiB. An overflow aborts the process.
fn on_a_stack_of(kib: usize, test: fn()) {
    let small = thread::Builder::new().stack_size(kib * 1024);
    small.spawn(test).unwrap().join().unwrap();
}

/// Returns a good payload whose member is this text.
fn payload_of(member: &str, text: &str) -> String {
    let payload = payload_with(member, json!("#")).to_string();
    payload.replace("\"#\"", text)
}

#[test]
fn depth_in_a_token_costs_no_stack() {
    on_a_stack_of(128, || {
        let (key, verifier) = trusted();
        let open_lists = "[".repeat(4_000);
        let open_objects = r#"{"":"#.repeat(1_300);
        let lists = format!("{}{}", "[".repeat(2_700), "]".repeat(2_700));
        let objects = format!("{}1{}", r#"{"":"#.repeat(1_000), "}".repeat(1_000));
        for (deep, is_whole) in [
            (&open_lists, false),
            (&open_objects, false),
            (&lists, true),
            (&objects, true),
        ] {
            let profile = format!(r#"{{"username":"Alder","skin":{deep}}}"#);
            for payload in [payload_of("skin", deep), payload_of("profile", &profile)] {
                let token = key.sign(HEADER, payload);
                assert!(token.len() <= MAX_TOKEN, "{}", token.len());
                let refusal = (!is_whole).then_some(TokenRefusal::Malformed);
                assert_eq!(verify(&verifier, &token).err(), refusal);
                assert_eq!(read(&token).err(), refusal);
            }
            for member in ["iss", "sub", "exp", "nbf", "scope"] {
                let token = key.sign(HEADER, payload_of(member, deep));
                assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Malformed));
                assert_eq!(read(&token), Err(TokenRefusal::Malformed), "{member}");
            }
            let header = format!(r#"{{"alg":"EdDSA","kid":"k1","jwk":{deep}}}"#);
            let token = key.sign(header, payload().to_string());
            assert_eq!(verify(&verifier, &token).is_ok(), is_whole);
        }
    });
}

/// Checks that a key set is parsed by recursion of bounded depth: 512 KiB are enough without optimization, and 4,000
/// levels would need far more.
#[test]
fn depth_in_a_key_set_costs_a_bounded_stack() {
    on_a_stack_of(512, || {
        let key = Key::new("k1").jwk().to_string();
        for level in ["[", r#"{"keys":"#, r#"{"keys":["#, r#"{"kty":"#] {
            let deep = level.repeat(4_000);
            for text in [
                deep.clone(),
                format!(r#"{{"keys":{deep}"#),
                format!(r#"{{"keys":[{deep}"#),
                format!(r#"{{"keys":[{key},{{"kty":"OKP","x5c":{deep}"#),
                format!(r#"{{"keys":[{key}],"more":{deep}"#),
            ] {
                let refused = KeySet::parse(text.as_bytes()).unwrap_err();
                assert!(matches!(refused, KeySetError::Json(_)), "{refused}");
            }
        }
        let lists = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let beside = format!(r#"{{"more":{},"keys":[{key}]}}"#, lists(4_000));
        assert_eq!(KeySet::parse(beside.as_bytes()).unwrap().len(), 1);
        for (depth, is_set) in [(100, true), (128, false), (4_000, false)] {
            let within = format!(r#"{{"keys":[{key},{{"kty":{}}}]}}"#, lists(depth));
            let judged = KeySet::parse(within.as_bytes());
            assert_eq!(judged.is_ok(), is_set, "{depth}");
        }
    });
}

#[test]
fn no_characters_can_be_swapped() {
    let (key, verifier) = trusted();
    let good = key.token(&payload());
    assert!(verify(&verifier, &good).is_ok());
    for place in 1..good.len() {
        let mut swapped = good.clone().into_bytes();
        swapped.swap(place - 1, place);
        let swapped = String::from_utf8(swapped).unwrap();
        assert_eq!(
            verify(&verifier, &swapped).is_ok(),
            swapped == good,
            "{place}"
        );
    }
    assert_eq!(verifier.cached(), 1);
}

/// Generates any JSON, with checked names and texts among others.
fn values() -> impl Strategy<Value = Value> {
    let words = || {
        select(vec![
            "alg",
            "kid",
            "k1",
            "EdDSA",
            "Ed25519",
            "none",
            "keys",
            "kty",
            "OKP",
            "crv",
            "x",
            "use",
            "sig",
            "sub",
            "exp",
            "scope",
            "hytale:client",
            "profile",
            "username",
            "Alder",
            "",
        ])
    };
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let name = words().prop_map(str::to_owned);
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(name, inner, 0..6).prop_map(|members| json!(members)),
        ]
    })
}

/// Generates good payloads with some members replaced or removed.
fn payloads() -> impl Strategy<Value = Value> {
    let names = vec!["iss", "sub", "exp", "nbf", "scope", "profile", "aud"];
    vec((select(names), proptest::option::of(values())), 0..3).prop_map(|changes| {
        let mut payload = payload();
        for (name, value) in changes {
            match value {
                Some(value) => payload[name] = value,
                None => drop(payload.as_object_mut().unwrap().remove(name)),
            }
        }
        payload
    })
}

proptest! {
    #[test]
    fn bytes_are_no_token(bytes in vec(any::<u8>(), 0..300), dots in vec(any::<Index>(), 0..4)) {
        let (_, verifier) = trusted();
        let mut text: Vec<_> = String::from_utf8_lossy(&bytes).chars().collect();
        for dot in dots {
            text.insert(dot.index(text.len() + 1), '.');
        }
        let text: String = text.into_iter().collect();
        let refusal = verify(&verifier, &text).unwrap_err();
        let is_missing = refusal == TokenRefusal::Missing;
        prop_assert_eq!(is_missing, text.is_empty());
        // Without a signature, no token gets as far as its verification.
        prop_assert!(is_missing || refusal == TokenRefusal::Malformed, "{:?}", refusal);
        prop_assert_eq!(read(&text), Err(refusal));
    }

    /// Uses signed headers, so that all members are read. A header with another algorithm is refused.
    #[test]
    fn a_signed_header_of_any_shape_is_judged(header in values()) {
        let (key, verifier) = trusted();
        let token = key.sign(header.to_string(), payload().to_string());
        let is_ours = matches!(header["alg"].as_str(), Some("EdDSA" | "Ed25519"));
        if verify(&verifier, &token).is_ok() {
            prop_assert!(is_ours && header.get("crit").is_none());
        }
        // Claims depend on nothing else in a header.
        prop_assert_eq!(read(&token).is_ok(), is_text(&header, "alg") && is_text(&header, "kid"));
    }

    #[test]
    fn verified_claims_equal_the_claims_that_are_read(payload in payloads()) {
        let (key, verifier) = trusted();
        let token = key.token(&payload);
        let verified = verify(&verifier, &token);
        match read(&token) {
            Ok(claims) => prop_assert!(verified.is_err() || verified == Ok(claims)),
            Err(refusal) => prop_assert_eq!(&verified, &Err(refusal)),
        }
        // A good token has the same result from the cache.
        prop_assert_eq!(verify(&verifier, &token), verified);
    }

    #[test]
    fn a_key_set_of_any_shape_is_judged(
        value in values(), keys in vec(values(), 0..4), bytes in vec(any::<u8>(), 0..200),
    ) {
        let texts = [
            value.to_string().into_bytes(),
            json!({ "keys": keys }).to_string().into_bytes(),
            bytes,
        ];
        for text in &texts {
            prop_assert!(KeySet::parse(text).is_err());
        }
        let mut keys = keys;
        let others = keys.len();
        keys.insert(others / 2, Key::new("good").jwk());
        let set = KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        prop_assert_eq!((set.len(), set.skipped()), (1, others));
    }

    /// Checks that a damaged text is not a key set, or is one with distinct ids.
    #[test]
    fn a_damaged_key_set_is_none_or_one(changes in vec((any::<Index>(), any::<u8>()), 1..5)) {
        let keys = json!({ "keys": [Key::new("k1").jwk(), Key::new("k2").jwk()] });
        let mut text = keys.to_string().into_bytes();
        for (place, byte) in changes {
            *place.get_mut(&mut text) = byte;
        }
        if let Ok(set) = KeySet::parse(&text) {
            let ids: BTreeSet<_> = set.key_ids().collect();
            prop_assert_eq!(ids.len(), set.len());
            prop_assert!(set.len() == 1 || !ids.contains(""));
            prop_assert_eq!(set.len() + set.skipped() + set.refused().len(), 2);
        }
    }
}

/// Returns whether this member of a header is a text, null or absent.
fn is_text(header: &Value, member: &str) -> bool {
    header.is_object() && matches!(header[member], Value::Null | Value::String(_))
}

#[test]
fn a_part_of_a_token_is_not_valid_in_another_place() {
    let (key, verifier) = trusted();
    let good = key.token(&payload());
    let parts: Vec<_> = good.split('.').collect();
    let places = 0..parts.len();
    for (one, two, three) in places.clone().flat_map(|one| {
        let places = places.clone();
        places.clone().flat_map(move |two| {
            let places = places.clone();
            places.map(move |three| (one, two, three))
        })
    }) {
        let token = format!("{}.{}.{}", parts[one], parts[two], parts[three]);
        assert_eq!(
            verify(&verifier, &token).is_ok(),
            (one, two, three) == (0, 1, 2)
        );
    }
    // A signed payload is not a header.
    let token = key.sign(payload().to_string(), HEADER);
    assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Algorithm));
    assert_eq!(
        verify(&verifier, &base64url(HEADER)),
        Err(TokenRefusal::Malformed)
    );
}
