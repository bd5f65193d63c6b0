//! Claims that are read without verification.

use hyrouter_identity::{MAX_TOKEN, TokenRefusal, read};
use serde_json::json;

use super::fixture::{NOW, PLAYER, base64url, payload, payload_with, payload_without};

/// Returns a token without a signature.
fn unsigned(header: &str, payload: &str) -> String {
    format!("{}.{}.", base64url(header), base64url(payload))
}

#[test]
fn reading_claims_does_not_verify_them() {
    let mut payload = payload();
    payload["exp"] = json!(1);
    payload["iss"] = json!("any issuer");
    payload["nbf"] = json!(NOW * 2);
    payload["scope"] = json!("hytale:editor");
    for header in [r#"{"alg":"none"}"#, "{}", r#"{"alg":"HS256","crit":["x"]}"#] {
        let claims = read(&unsigned(header, &payload.to_string())).unwrap();
        assert_eq!(claims.subject, Some(PLAYER));
        assert_eq!(claims.username.unwrap().as_str(), "Alder");
        assert_eq!(claims.issuer.as_deref(), Some("any issuer"));
        assert_eq!(claims.expires_at, Some(1));
        assert_eq!(claims.not_before, Some(NOW * 2));
        assert!(claims.scopes.editor() && !claims.scopes.client());
    }
}

#[test]
fn invalid_uuids_and_names_are_left_out() {
    for (member, value) in [
        ("sub", json!("Alder")),
        ("sub", json!(null)),
        ("profile", json!({ "username": "../../etc/passwd" })),
        ("profile", json!({ "username": "a\nb" })),
        ("profile", json!({})),
        ("iss", json!("x".repeat(257))),
    ] {
        let payload = payload_with(member, value.clone()).to_string();
        let claims = read(&unsigned("{}", &payload)).unwrap();
        let told = (
            claims.subject.is_some(),
            claims.username.is_some(),
            claims.issuer.is_some(),
        );
        let expected = (member != "sub", member != "profile", member != "iss");
        assert_eq!(told, expected, "{member}: {value}");
    }
    let claims = read(&unsigned("{}", "{}")).unwrap();
    assert_eq!(claims, hyrouter_identity::Claims::default());
    let longest = payload_with("iss", json!("x".repeat(256))).to_string();
    assert!(read(&unsigned("{}", &longest)).unwrap().issuer.is_some());
}

#[test]
fn other_texts_have_no_claims() {
    let good = payload_without("iss").to_string();
    for (token, refusal) in [
        (String::new(), TokenRefusal::Missing),
        ("x".repeat(MAX_TOKEN + 1), TokenRefusal::TooLong),
        ("x".repeat(MAX_TOKEN), TokenRefusal::Malformed),
        (unsigned("", &good), TokenRefusal::Malformed),
        (unsigned("[]", &good), TokenRefusal::Malformed),
        (unsigned("{}", ""), TokenRefusal::Malformed),
        (unsigned("{}", r#"{"sub":1}"#), TokenRefusal::Malformed),
        (
            unsigned("{}", r#"{"sub":"","sub":""}"#),
            TokenRefusal::Malformed,
        ),
        (
            unsigned("{}", &good).replace('.', ":"),
            TokenRefusal::Malformed,
        ),
    ] {
        assert_eq!(read(&token), Err(refusal), "{token:.60}");
    }
}
