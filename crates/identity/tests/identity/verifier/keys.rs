//! Accepted, skipped and refused keys of a set, and their errors.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyrouter_identity::{KeySet, KeySetError, TokenRefusal};
use serde_json::{Value, json};

use super::fixture::{Key, base64url, payload, set, trusted, verify};

fn parse(keys: &[Value]) -> Result<KeySet, KeySetError> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
}

/// Returns a good key with one other member.
fn with(member: &str, value: Value) -> Value {
    let mut jwk = Key::new("k1").jwk();
    jwk[member] = value;
    jwk
}

fn ids(set: &KeySet) -> Vec<&str> {
    set.key_ids().collect()
}

#[test]
fn keys_for_signatures_are_accepted() {
    for jwk in [
        Key::new("k1").jwk(),
        with("use", json!("sig")),
        with("use", json!(null)),
        with("alg", json!("EdDSA")),
        with("alg", json!("Ed25519")),
        with("key_ops", json!(["verify"])),
        with("key_ops", json!(["sign", "verify"])),
        with("x5c", json!([[[]]])),
    ] {
        let set = parse(std::slice::from_ref(&jwk)).unwrap();
        assert_eq!(
            (ids(&set), set.len(), set.skipped()),
            (vec!["k1"], 1, 0),
            "{jwk}"
        );
    }
}

#[test]
fn other_keys_are_skipped() {
    let good = Key::new("good");
    for other in [
        with("kty", json!("RSA")),
        with("kty", json!("EC")),
        with("kty", json!("oct")),
        with("kty", json!("okp")),
        with("kty", json!(null)),
        with("crv", json!("X25519")),
        with("crv", json!("Ed448")),
        with("crv", json!("P-256")),
        with("use", json!("enc")),
        with("use", json!(["sig"])),
        with("alg", json!("HS256")),
        with("alg", json!("none")),
        with("key_ops", json!(["sign"])),
        with("key_ops", json!([])),
        with("x", json!(7)),
        with("kid", json!(7)),
        with("kid", json!("k".repeat(257))),
        json!(null),
        json!("key"),
        json!([]),
        json!(["OKP", "Ed25519", good.x()]),
        json!({}),
    ] {
        let set = parse(&[other.clone(), good.jwk()]).unwrap();
        assert_eq!((ids(&set), set.skipped()), (vec!["good"], 1), "{other}");
        let alone = parse(std::slice::from_ref(&other));
        assert_eq!(
            alone.unwrap_err(),
            KeySetError::NoUsableKey { skipped: 1 },
            "{other}"
        );
    }
    assert_eq!(
        parse(&[with("kid", json!("k".repeat(256)))]).unwrap().len(),
        1
    );
}

/// Checks keys that any client could sign with (the first three), and texts that are not keys.
#[test]
fn an_unsound_key_is_refused_and_the_others_work() {
    let prime = |lowest| {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (lowest, 0x7f);
        base64url(bytes)
    };
    let point = |lowest| {
        let mut bytes = [0; 32];
        bytes[0] = lowest;
        base64url(bytes)
    };
    let form = "its x is not 32 bytes in base64url without padding";
    let good = Key::new("good");
    for (x, problem) in [
        (
            point(0),
            "its point has small order; anyone could sign for it",
        ),
        (
            point(1),
            "its point has small order; anyone could sign for it",
        ),
        (
            prime(0xec),
            "its point has small order; anyone could sign for it",
        ),
        (prime(0xf0), "it is not the canonical encoding of its point"),
        (point(2), "it is not a point of the curve Ed25519"),
        (String::new(), form),
        ("A".repeat(42), form),
        ("A".repeat(44), form),
        (format!("{}B", "A".repeat(42)), form),
        (format!("{}=", "A".repeat(43)), form),
        ("+".repeat(43), form),
    ] {
        let refused = with("x", json!(x));
        let set = parse(&[refused.clone(), good.jwk()]).unwrap();
        assert_eq!((ids(&set), set.skipped()), (vec!["good"], 0), "{x}");
        let told: Vec<_> = set.refused().iter().map(ToString::to_string).collect();
        assert_eq!(told, [format!("kid \"k1\" is refused: {problem}")]);
        let verifier =
            hyrouter_identity::TokenVerifier::new(hyrouter_identity::TokenPolicy::default());
        verifier.replace_keys(set);
        assert!(verify(&verifier, &good.token(&payload())).is_ok());

        let alone = parse(&[refused]).unwrap_err().to_string();
        let expected = format!("the key set has no key to verify with: {}", told[0]);
        assert_eq!(alone, expected);
    }
}

/// Checks that the same key twice is one key, and two keys under one id are an error.
#[test]
fn a_key_may_occur_twice() {
    let (key, other) = (Key::new("k1"), Key::new("k1"));
    let mut used = key.jwk();
    used["use"] = json!("sig");
    let set = parse(&[key.jwk(), Key::new("k2").jwk(), used, key.jwk()]).unwrap();
    assert_eq!((ids(&set), set.skipped()), (vec!["k1", "k2"], 0));

    let nameless = |key: &Key| {
        let mut jwk = key.jwk();
        jwk["kid"] = json!(null);
        jwk
    };
    assert_eq!(parse(&[nameless(&key), nameless(&key)]).unwrap().len(), 1);
    let beside = parse(&[nameless(&key), nameless(&other)]);
    assert_eq!(beside.unwrap_err(), KeySetError::MissingId);
    let twice = parse(&[key.jwk(), key.jwk(), other.jwk()]).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "the key set has two different keys with kid \"k1\""
    );
}

#[test]
fn a_duplicate_member_is_refused() {
    let (good, twice) = (Key::new("good").jwk(), Key::new("k1").jwk().to_string());
    let twice = twice.replacen('{', &format!(r#"{{"x":"{}","#, Key::new("k1").x()), 1);
    let text = format!(r#"{{"keys":[{twice},{good}]}}"#);
    let set = KeySet::parse(text.as_bytes()).unwrap();
    assert_eq!((ids(&set), set.skipped()), (vec!["good"], 1));
}

#[test]
fn keys_of_a_set_have_distinct_ids() {
    let nameless = with("kid", json!(null));
    let set = parse(std::slice::from_ref(&nameless)).unwrap();
    assert_eq!(ids(&set), [""]);
    assert_eq!(
        parse(&[with("kty", json!("RSA")), nameless.clone()])
            .unwrap()
            .len(),
        1
    );
    let beside = parse(&[nameless, Key::new("k1").jwk()]);
    assert_eq!(beside.unwrap_err(), KeySetError::MissingId);
    let same = parse(&[
        Key::new("k0").jwk(),
        Key::new("k1").jwk(),
        Key::new("k1").jwk(),
    ]);
    assert_eq!(
        same.unwrap_err(),
        KeySetError::DuplicateId {
            id: "k1".to_owned()
        }
    );
}

#[test]
fn an_invalid_set_is_reported_with_its_place() {
    for (text, place) in [
        ("", "line 1, column 0"),
        ("null", "line 1, column 4"),
        ("{}", "line 1, column 2"),
        ("<html>", "line 1, column 1"),
        ("{\n\"keys\": 7}", "line 2, column 9"),
        (r#"{"keys":[]} x"#, "line 1, column 13"),
    ] {
        let refused = KeySet::parse(text.as_bytes()).unwrap_err();
        assert_eq!(refused, KeySetError::Json(place.to_owned()), "{text}");
    }
    for text in [
        &b"\xff"[..],
        b"[]",
        b"[[]]",
        br#"{"keys":{}}"#,
        br#"{"keys":[],"keys":[]}"#,
        format!(r#"{{"keys":[{}"#, "[".repeat(100_000)).as_bytes(),
    ] {
        let refused = KeySet::parse(text).unwrap_err();
        assert!(matches!(refused, KeySetError::Json(_)), "{refused}");
    }
    assert_eq!(
        parse(&[]).unwrap_err(),
        KeySetError::NoUsableKey { skipped: 0 }
    );
}

#[test]
fn a_set_is_bounded() {
    let other = json!({ "kty": "RSA" });
    let with_others = |others| {
        let mut keys = vec![other.clone(); others];
        keys.push(Key::new("k1").jwk());
        parse(&keys)
    };
    assert_eq!(with_others(63).unwrap().skipped(), 63);
    assert_eq!(
        with_others(64).unwrap_err(),
        KeySetError::TooMany { count: 65 }
    );

    let text = json!({ "keys": [Key::new("k1").jwk()] }).to_string();
    let padded = |len: usize| format!("{text}{}", " ".repeat(len - text.len()));
    assert!(KeySet::parse(padded(262_144).as_bytes()).is_ok());
    let refused = KeySet::parse(padded(262_145).as_bytes()).unwrap_err();
    assert_eq!(refused, KeySetError::TooLong { len: 262_145 });
    assert_eq!(
        refused.to_string(),
        "the key set has 262145 bytes; at most 262144 are allowed"
    );
}

#[test]
fn ids_alone_are_printed() {
    let key = Key::new("k1");
    let printed = format!("{:?} {:?}", set(&[&key]), super::fixture::verifier(&[&key]));
    assert!(
        printed.contains("k1") && !printed.contains(&key.x()),
        "{printed}"
    );
}

#[test]
fn changes_are_told() {
    let (one, two, three) = (Key::new("k1"), Key::new("k2"), Key::new("k3"));
    let verifier = super::fixture::verifier(&[&one, &two]);
    assert_eq!(verifier.key_ids(), ["k1", "k2"]);
    let change = verifier.replace_keys(set(&[&two, &three]));
    assert_eq!(
        (change.added, change.removed),
        (vec!["k3".to_owned()], vec!["k1".to_owned()])
    );
    assert_eq!(verifier.key_ids(), ["k2", "k3"]);
    assert!(verifier.replace_keys(set(&[&three, &two])).is_empty());
}

#[test]
fn the_hook_is_called_for_unknown_keys_only() {
    let (key, verifier) = trusted();
    let verifier = Arc::new(verifier);
    let heard = Arc::new(AtomicU64::new(0));
    let (ear, inner) = (Arc::clone(&heard), Arc::downgrade(&verifier));
    verifier.on_unknown_key(Box::new(move || {
        // A keeper may call the verifier in its hook. This would deadlock if a lock were held.
        let verifier = inner.upgrade().unwrap();
        ear.store(verifier.unknown_keys(), Ordering::Relaxed);
        verifier.replace_keys(set(&[&Key::new("k1")]));
    }));
    verifier.on_unknown_key(Box::new(|| panic!("the first hook stays")));

    let stranger = Key::new("k1");
    assert!(verify(&verifier, &key.token(&payload())).is_ok());
    assert_eq!(
        verify(&verifier, &stranger.token(&payload())),
        Err(TokenRefusal::Signature)
    );
    assert_eq!(verify(&verifier, "x"), Err(TokenRefusal::Malformed));
    assert_eq!(
        (verifier.unknown_keys(), heard.load(Ordering::Relaxed)),
        (0, 0)
    );
    for count in 1..=3 {
        let unknown = Key::new("k2").token(&payload());
        assert_eq!(verify(&verifier, &unknown), Err(TokenRefusal::UnknownKey));
        assert_eq!(
            (verifier.unknown_keys(), heard.load(Ordering::Relaxed)),
            (count, count)
        );
    }
}
