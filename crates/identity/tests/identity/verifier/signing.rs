//! Keys and tokens for tests.

use std::time::{Duration, SystemTime};

use hyrouter_identity::{
    KeySet, TestClaims, TokenPolicy, TokenRefusal, TokenSigningError, TokenSigningKey,
    TokenVerifier,
};
use serde_json::{Value, json};

use super::fixture::{NOW, PLAYER, at, payload_with, verify};

fn claims() -> TestClaims {
    TestClaims {
        uuid: PLAYER,
        username: "Birch".to_owned(),
        issued_at: at(NOW),
        expires_at: at(NOW + 60),
        ..TestClaims::default()
    }
}

fn trusting(jwks: &[u8]) -> TokenVerifier {
    let verifier = TokenVerifier::new(TokenPolicy::default());
    verifier.replace_keys(KeySet::parse(jwks).unwrap());
    verifier
}

#[test]
fn signed_tokens_verify() {
    let key = TokenSigningKey::generate("k1").unwrap();
    let verifier = trusting(key.public_jwks().as_bytes());
    let told = verify(&verifier, &key.sign(&claims()).unwrap()).unwrap();
    assert_eq!(told.subject, Some(PLAYER));
    assert_eq!(told.username.unwrap().as_str(), "Birch");
    assert_eq!(told.expires_at, Some(NOW + 60));

    let by_default = key.sign(&TestClaims::default()).unwrap();
    assert_eq!(verify(&verifier, &by_default), Err(TokenRefusal::Expired));
    let wrong = key.sign_json(&payload_with("exp", json!("soon"))).unwrap();
    assert_eq!(verify(&verifier, &wrong), Err(TokenRefusal::Malformed));
}

#[test]
fn a_key_is_the_same_after_writing_and_reading() {
    let key = TokenSigningKey::generate("k1").unwrap();
    let again = TokenSigningKey::from_json(key.to_json().as_bytes()).unwrap();
    assert_eq!(again.kid(), "k1");
    assert_eq!(again.to_json(), key.to_json());
    assert_eq!(again.public_jwks(), key.public_jwks());
    let verifier = trusting(key.public_jwks().as_bytes());
    assert!(verify(&verifier, &again.sign(&claims()).unwrap()).is_ok());
    assert_ne!(
        TokenSigningKey::generate("k1").unwrap().to_json(),
        key.to_json()
    );
}

#[test]
fn the_private_key_is_not_printed() {
    let key = TokenSigningKey::generate("k1").unwrap();
    let jwk: Value = serde_json::from_str(&key.to_json()).unwrap();
    let private = jwk["d"].as_str().unwrap();
    assert_eq!(private.len(), 43);
    assert!(!key.public_jwks().contains(private));
    assert!(!key.public_jwks().contains("\"d\""));
    let printed = format!("{key:?}");
    assert!(
        printed.contains("k1") && !printed.contains(private),
        "{printed}"
    );
}

#[test]
fn other_files_are_no_keys() {
    let text = TokenSigningKey::generate("k1").unwrap().to_json();
    let jwk: Value = serde_json::from_str(&text).unwrap();
    let other: Value =
        serde_json::from_str(&TokenSigningKey::generate("k1").unwrap().to_json()).unwrap();
    for (member, value) in [
        ("kty", json!("EC")),
        ("crv", json!("X25519")),
        ("kid", json!(null)),
        ("d", json!("")),
        ("d", json!("A".repeat(42))),
        ("d", json!(format!("{}=", "A".repeat(43)))),
        ("d", other["d"].clone()),
        ("x", other["x"].clone()),
        ("x", json!(7)),
    ] {
        let mut jwk = jwk.clone();
        jwk[member] = value.clone();
        let refused = TokenSigningKey::from_json(jwk.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused, TokenSigningError::Key, "{member}: {value}");
        assert!(
            !refused
                .to_string()
                .contains(jwk["x"].as_str().unwrap_or("#"))
        );
    }
    for text in [
        "",
        "{}",
        "[]",
        "\"key\"",
        &TokenSigningKey::generate("k1").unwrap().public_jwks(),
    ] {
        let refused = TokenSigningKey::from_json(text.as_bytes()).unwrap_err();
        assert_eq!(refused, TokenSigningError::Key, "{text}");
    }
}

#[test]
fn a_time_before_1970_is_refused() {
    let key = TokenSigningKey::generate("k1").unwrap();
    let refused = key.sign(&TestClaims {
        expires_at: SystemTime::UNIX_EPOCH - Duration::from_secs(1),
        ..claims()
    });
    assert_eq!(refused, Err(TokenSigningError::Time));
}

/// Checks the key pair under `dev/identity`, which the examples in the documentation use.
#[test]
fn the_development_keys_belong_together() {
    let key = include_bytes!("../../../../../dev/identity/key.json");
    let jwks = include_bytes!("../../../../../dev/identity/jwks.json");
    let key = TokenSigningKey::from_json(key).unwrap();
    assert_eq!(key.kid(), "dev-1");
    let verifier = trusting(jwks);
    assert!(verify(&verifier, &key.sign(&claims()).unwrap()).is_ok());
}
