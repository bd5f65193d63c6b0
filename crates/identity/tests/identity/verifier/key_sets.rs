//! Published key sets, their bounds, and tokens after a set was replaced.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use hyrouter_identity::{
    KeySet, KeySetError, TokenPolicy, TokenRefusal, TokenSigningKey, TokenVerifier,
};
use serde_json::{Value, json};

use super::fixture::{HEADER, Key, base64url, payload, set, verifier, verify};

fn parse(keys: &[Value]) -> Result<KeySet, KeySetError> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
}

/// Returns the key under another id; null for none.
fn renamed(key: &Key, kid: Value) -> Value {
    let mut jwk = key.jwk();
    jwk["kid"] = kid;
    jwk
}

#[test]
fn there_may_be_64_keys() {
    let keys: Vec<_> = (0..65)
        .map(|number| renamed(&Key::new("k"), json!(format!("k{number}"))))
        .collect();
    let set = parse(&keys[..64]).unwrap();
    assert_eq!((set.len(), set.skipped()), (64, 0));
    assert_eq!(set.key_ids().last(), Some("k63"));
    assert_eq!(
        parse(&keys).unwrap_err(),
        KeySetError::TooMany { count: 65 }
    );
}

#[test]
fn keys_for_other_purposes_are_skipped() {
    let good = Key::new("good");
    let mut encryption = Key::new("enc").jwk();
    encryption["use"] = json!("enc");
    let others = [
        json!({ "kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256", "n": "AQAB", "e": "AQAB" }),
        json!({ "kty": "EC", "kid": "ec", "crv": "P-256", "x": good.x(), "y": good.x() }),
        json!({ "kty": "OKP", "kid": "x", "crv": "X25519", "use": "enc", "x": good.x() }),
        json!({ "kty": "oct", "kid": "secret", "alg": "HS256", "k": good.x() }),
        encryption,
    ];
    let mut keys = others.to_vec();
    keys.insert(2, good.jwk());
    let set = parse(&keys).unwrap();
    assert_eq!(set.key_ids().collect::<Vec<_>>(), ["good"]);
    assert_eq!(set.skipped(), others.len());

    let verifier = TokenVerifier::new(TokenPolicy::default());
    verifier.replace_keys(set);
    // The bytes of the trusted key under another id.
    for kid in ["rsa", "ec", "x", "secret", "enc"] {
        let header = json!({ "alg": "EdDSA", "kid": kid }).to_string();
        let token = good.sign(header, payload().to_string());
        assert_eq!(
            verify(&verifier, &token),
            Err(TokenRefusal::UnknownKey),
            "{kid}"
        );
    }
    assert!(verify(&verifier, &good.token(&payload())).is_ok());
}

/// An algorithm, and a function that signs with it.
type Signer<'a> = (&'static str, &'a dyn Fn(&[u8]) -> Vec<u8>);

/// Checks that keys of the trusted set for other purposes sign no tokens.
#[test]
fn keys_of_other_kinds_sign_no_tokens() {
    let random = SystemRandom::new();
    let curve = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = curve.public_key().as_ref();
    let rsa = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let modulus = rsa.public_key().modulus();
    let set = json!({ "keys": [
        { "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "ES256",
          "x": base64url(&point[1..33]), "y": base64url(&point[33..]) },
        { "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "RS256",
          "n": base64url(modulus.big_endian_without_leading_zero()), "e": "AQAB" },
        Key::new("k1").jwk(),
    ] });
    let verifier = TokenVerifier::new(TokenPolicy::default());
    verifier.replace_keys(KeySet::parse(set.to_string().as_bytes()).unwrap());
    assert_eq!(verifier.key_ids(), ["k1"]);

    let sign_ecdsa = |text: &[u8]| curve.sign(&random, text).unwrap().as_ref().to_vec();
    let sign_rsa = |text: &[u8]| {
        let mut signature = vec![0; rsa.public_modulus_len()];
        let signed = rsa.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature);
        signed.unwrap();
        signature
    };
    let signers: [Signer<'_>; 2] = [("ES256", &sign_ecdsa), ("RS256", &sign_rsa)];
    for (own, sign) in signers {
        for (alg, kid, refusal) in [
            (own, Some(own), TokenRefusal::Algorithm),
            (own, Some("k1"), TokenRefusal::Algorithm),
            ("EdDSA", Some(own), TokenRefusal::UnknownKey),
            ("EdDSA", Some("k1"), TokenRefusal::Signature),
            ("Ed25519", Some("k1"), TokenRefusal::Signature),
            ("Ed25519", None, TokenRefusal::Signature),
        ] {
            let header = json!({ "alg": alg, "kid": kid }).to_string();
            let signed = format!("{}.{}", base64url(header), base64url(payload().to_string()));
            let token = format!("{signed}.{}", base64url(sign(signed.as_bytes())));
            assert_eq!(verify(&verifier, &token), Err(refusal), "{alg} by {kid:?}");
        }
    }
}

#[test]
fn a_private_part_is_not_kept_and_not_printed() {
    let key = TokenSigningKey::generate("k1").unwrap();
    let jwk: Value = serde_json::from_str(&key.to_json()).unwrap();
    let private = jwk["d"].as_str().unwrap();
    let (public, bytes) = (jwk["x"].as_str().unwrap(), private.as_bytes());
    assert_eq!(bytes.len(), 43);

    let set = parse(std::slice::from_ref(&jwk)).unwrap();
    // The set equals the one without the private part.
    assert_eq!(set, KeySet::parse(key.public_jwks().as_bytes()).unwrap());
    let mut printed = format!("{set:?} {set:#?}");
    let verifier = TokenVerifier::new(TokenPolicy::default());
    let change = verifier.replace_keys(set);
    write!(printed, "{change:?} {verifier:?} {verifier:#?}").unwrap();
    assert!(verify(&verifier, &key.sign_json(&payload()).unwrap()).is_ok());

    let mut other: Value =
        serde_json::from_str(&TokenSigningKey::generate("k1").unwrap().to_json()).unwrap();
    other["d"] = json!(private);
    let whole = json!({ "keys": [jwk, other] }).to_string();
    for text in [&whole, &whole[..whole.len() - 1], &whole.replace("k1", "")] {
        let refused = KeySet::parse(text.as_bytes()).unwrap_err();
        write!(printed, "{refused} {refused:?}").unwrap();
    }
    assert!(printed.contains("k1"));
    for secret in [private, public] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn each_error_names_the_allowed_values() {
    let key = Key::new("k1");
    let nameless = renamed(&key, Value::Null);
    let long = format!("{}{}", " ".repeat(262_144), json!({ "keys": [key.jwk()] }));
    for (refused, words) in [
        (KeySet::parse(long.as_bytes()), &["262144"][..]),
        (
            KeySet::parse(b"{}"),
            &["object", "`keys`", "line 1, column 2"],
        ),
        (parse(&vec![key.jwk(); 65]), &["65", "64"]),
        (
            parse(&[json!({})]),
            &["Ed25519", "EdDSA", "sig", "1 others"],
        ),
        (parse(&[key.jwk(), Key::new("k1").jwk()]), &["\"k1\""]),
        (parse(&[key.jwk(), nameless]), &["no kid"]),
    ] {
        let text = refused.unwrap_err().to_string();
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
    // Ids from a set cannot inject lines into the log.
    let lines = renamed(&key, json!("a\nERROR b\u{1b}[0m"));
    let mut other = lines.clone();
    other["x"] = json!(Key::new("k2").x());
    let mut weak = lines.clone();
    weak["x"] = json!("A".repeat(43));
    for keys in [vec![lines, other], vec![weak]] {
        let text = parse(&keys).unwrap_err().to_string();
        assert!(text.contains("ERROR b"), "{text:?}");
        assert!(!text.contains(char::is_control), "{text:?}");
    }
}

#[test]
fn an_empty_id_is_none() {
    let (key, other) = (Key::new("k1"), Key::new("k2"));
    let set = parse(&[renamed(&key, json!(""))]).unwrap();
    assert_eq!(set, parse(&[renamed(&key, Value::Null)]).unwrap());
    let beside = parse(&[renamed(&key, json!("")), other.jwk()]);
    assert_eq!(beside.unwrap_err(), KeySetError::MissingId);

    let verifier = TokenVerifier::new(TokenPolicy::default());
    verifier.replace_keys(set);
    let nameless = key.sign(r#"{"alg":"EdDSA"}"#, payload().to_string());
    assert!(verify(&verifier, &nameless).is_ok());
    let named = key.sign(HEADER, payload().to_string());
    assert_eq!(verify(&verifier, &named), Err(TokenRefusal::UnknownKey));
}

#[test]
fn one_key_may_have_two_ids() {
    let key = Key::new("k1");
    let verifier = TokenVerifier::new(TokenPolicy::default());
    let both = [key.jwk(), renamed(&key, json!("k2"))];
    verifier.replace_keys(parse(&both).unwrap());
    let named = |kid| {
        let header = json!({ "alg": "EdDSA", "kid": kid }).to_string();
        key.sign(header, payload().to_string())
    };
    assert!(verify(&verifier, &named("k1")).is_ok());
    assert!(verify(&verifier, &named("k2")).is_ok());

    // The bytes are still trusted, but not under this id.
    let change = verifier.replace_keys(set(&[&key]));
    assert_eq!(change.removed, ["k2"]);
    assert!(change.added.is_empty() && !change.is_empty());
    assert_eq!(
        verify(&verifier, &named("k2")),
        Err(TokenRefusal::UnknownKey)
    );
    assert!(verify(&verifier, &named("k1")).is_ok());
}

#[test]
fn keys_that_swap_their_ids_are_other_keys() {
    let (one, two) = (Key::new("k1"), Key::new("k2"));
    let verifier = verifier(&[&one, &two]);
    let tokens = [one.token(&payload()), two.token(&payload())];
    for token in &tokens {
        assert!(verify(&verifier, token).is_ok());
    }
    let swapped = [renamed(&one, json!("k2")), renamed(&two, json!("k1"))];
    let change = verifier.replace_keys(parse(&swapped).unwrap());
    assert_eq!(change.added, ["k2", "k1"]);
    assert_eq!(change.removed, ["k1", "k2"]);
    for token in &tokens {
        assert_eq!(verify(&verifier, token), Err(TokenRefusal::Signature));
    }
}

#[test]
fn a_key_gets_a_name() {
    let key = Key::new("k1");
    let verifier = TokenVerifier::new(TokenPolicy::default());
    let change = verifier.replace_keys(parse(&[renamed(&key, Value::Null)]).unwrap());
    assert_eq!(change.added, [""]);
    assert!(verifier.has_keys());
    let nameless = key.sign(r#"{"alg":"EdDSA"}"#, payload().to_string());
    assert!(verify(&verifier, &nameless).is_ok());
    let change = verifier.replace_keys(set(&[&key]));
    assert_eq!(
        (change.added, change.removed),
        (vec!["k1".to_owned()], vec![String::new()])
    );
    assert!(verify(&verifier, &nameless).is_ok());
    assert!(verify(&verifier, &key.token(&payload())).is_ok());
    assert_eq!(verifier.counts().from_cache(), 0);
}

#[test]
fn a_token_without_a_key_id_has_an_unknown_key() {
    let (one, two) = (Key::new("k1"), Key::new("k2"));
    let verifier = Arc::new(TokenVerifier::new(TokenPolicy::default()));
    let heard = Arc::new(AtomicU64::new(0));
    let ear = Arc::clone(&heard);
    verifier.on_unknown_key(Box::new(move || {
        ear.fetch_add(1, Ordering::Relaxed);
    }));
    let nameless = one.sign(r#"{"alg":"EdDSA"}"#, payload().to_string());
    let unknown = || (verifier.unknown_keys(), heard.load(Ordering::Relaxed));

    // Without keys, no token counts as one of an unknown key.
    assert_eq!(
        verify(&verifier, &nameless),
        Err(TokenRefusal::KeysUnavailable)
    );
    assert_eq!(unknown(), (0, 0));
    verifier.replace_keys(set(&[&two]));
    assert_eq!(verify(&verifier, &nameless), Err(TokenRefusal::Signature));
    assert_eq!(unknown(), (0, 0));
    verifier.replace_keys(set(&[&one, &two]));
    assert_eq!(verify(&verifier, &nameless), Err(TokenRefusal::UnknownKey));
    assert_eq!(unknown(), (1, 1));
    assert_eq!(verifier.counts().refused(TokenRefusal::UnknownKey), 1);
}

/// Checks that each change follows the one before it, in whatever order threads replace sets.
#[test]
fn added_and_removed_keys_add_up() {
    // Without a cache, so that the threads do nothing but replace keys.
    let verifier = TokenVerifier::new(TokenPolicy {
        cache: 0,
        ..TokenPolicy::default()
    });
    let keys = ["a", "b", "c"].map(Key::new);
    let sets = [[0, 1], [1, 2], [0, 2]].map(|[one, two]| set(&[&keys[one], &keys[two]]));
    let start = Barrier::new(sets.len());
    let changes = thread::scope(|scope| {
        let threads = sets.map(|set| {
            let (verifier, start) = (&verifier, &start);
            scope.spawn(move || {
                start.wait();
                let changes = (0..2_000).map(|_| verifier.replace_keys(set.clone()));
                changes.collect::<Vec<_>>()
            })
        });
        threads.map(|thread| thread.join().unwrap()).concat()
    });
    for id in ["a", "b", "c"] {
        let count = |of: fn(&hyrouter_identity::KeySetChange) -> &Vec<String>| {
            let ids = changes.iter().flat_map(|change| of(change).iter());
            ids.filter(|known| *known == id).count()
        };
        let had = count(|change| &change.added);
        let has = usize::from(verifier.key_ids().iter().any(|known| known == id));
        assert_eq!(had, count(|change| &change.removed) + has, "{id}");
    }
}
