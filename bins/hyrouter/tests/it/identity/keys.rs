//! The keys that tokens are verified with: where they come from, how long they are used, and which are refused.

use std::fs;

use serde_json::{Value, json};

use super::{CONFIG, comes};
use crate::support::folder;
use crate::support::keys::{KeyService, key_pair};

#[test]
fn a_key_that_the_service_adds_is_learned_when_a_token_names_it() {
    let service = KeyService::start();
    let folder = folder().file(
        "config.yaml",
        &format!(
            "{CONFIG}\nidentity: {{ mode: require, jwks: '{}', refresh: 24h }}\n",
            service.address()
        ),
    );
    key_pair(&folder, "old.json", "jwks.json", "old");
    service.serve(&fs::read_to_string(folder.path("jwks.json")).unwrap());
    let mut router = folder.serve(&[]);
    router.until("identity keys loaded");
    let (answer, _) = comes(&folder, &mut router, "old.json", &[]);
    assert_eq!(answer["outcome"], "referral", "{answer}");

    key_pair(&folder, "new.json", "jwks.json", "new");
    service.serve(&fs::read_to_string(folder.path("jwks.json")).unwrap());
    let (answer, line) = comes(&folder, &mut router, "new.json", &[]);
    assert_eq!(
        answer["outcome"], "disconnect",
        "no player waits for the network"
    );
    assert_eq!(line["reason"], "identity_unknown_key");
    router.until("identity keys changed");
    for key in ["old.json", "new.json"] {
        let (answer, _) = comes(&folder, &mut router, key, &[]);
        assert_eq!(answer["outcome"], "referral", "{key}: {answer}");
    }

    // The service goes away; the keys stay.
    drop(service);
    let (answer, _) = comes(&folder, &mut router, "new.json", &["--username", "Birch"]);
    assert_eq!(answer["outcome"], "referral", "{answer}");
}

/// Keys of a source that has gone wrong are used for `max_stale`, and `/readyz` tells before they end.
#[test]
fn keys_end_when_their_source_is_wrong_for_too_long() {
    let service = KeyService::start();
    let identity = format!("jwks: '{}', refresh: 1s, max_stale: 4s", service.address());
    let config = format!(
        "{CONFIG}\nadmin: {{ listen: \"127.0.0.1:0\" }}\nidentity: {{ mode: require, {identity} }}\n"
    );
    let folder = folder().file("config.yaml", &config);
    key_pair(&folder, "old.json", "jwks.json", "old");
    let good = fs::read_to_string(folder.path("jwks.json")).unwrap();
    service.serve(&good);
    let (mut router, admin) = folder.serve_with_admin(&[]);
    router.until("identity keys loaded");
    assert_eq!(
        comes(&folder, &mut router, "old.json", &[]).0["outcome"],
        "referral"
    );
    let metrics = admin.get("/metrics").body;
    assert!(
        metrics.contains("hyrouter_identity_keys_max_stale_seconds 4"),
        "{metrics}"
    );

    // The key is withdrawn by a set that is wrong.
    key_pair(&folder, "new.json", "twice.json", "new");
    key_pair(&folder, "again.json", "again-set.json", "new");
    let keys = ["twice.json", "again-set.json"].map(|file| {
        let set: Value = serde_json::from_slice(&fs::read(folder.path(file)).unwrap()).unwrap();
        set["keys"][0].clone()
    });
    service.serve(&json!({ "keys": keys }).to_string());
    let mut states = Vec::new();
    while states.last().is_none_or(|state| state != "unavailable") {
        let ready = admin.get("/readyz");
        let state = ready.json()["status"].clone();
        assert_eq!(ready.status, if state == "unavailable" { 503 } else { 200 });
        if state != "ok" {
            assert!(ready.body.contains("identity.max_stale"), "{ready:?}");
        }
        if states.last() != Some(&state) {
            states.push(state);
        }
    }
    assert_eq!(states, ["ok", "degraded", "unavailable"]);
    let reason = loop {
        let (_, line) = comes(&folder, &mut router, "old.json", &[]);
        if line["reason"] != "referred" {
            break line["reason"].clone();
        }
    };
    assert_eq!(reason, "identity_keys_unavailable");
    assert!(
        admin
            .get("/metrics")
            .body
            .contains("\nhyrouter_identity_keys 0")
    );

    service.serve(&good);
    router.until("source of identity keys recovered");
    assert_eq!(
        comes(&folder, &mut router, "old.json", &[]).0["outcome"],
        "referral"
    );
    assert_eq!(admin.get("/readyz").status, 200);
}

#[test]
fn without_keys_nobody_is_verified_and_the_router_serves() {
    let service = KeyService::start();
    service.serve("nonsense");
    let config = |mode| {
        format!(
            "{CONFIG}\nidentity: {{ mode: {mode}, jwks: '{}' }}\n",
            service.address()
        )
    };
    for (mode, outcome) in [("require", "disconnect"), ("report", "referral")] {
        let folder = folder().file("config.yaml", &config(mode));
        key_pair(&folder, "good.json", "jwks.json", "good");
        let mut router = folder.serve(&[]);
        let (answer, line) = comes(&folder, &mut router, "good.json", &[]);
        assert_eq!(answer["outcome"], outcome, "{mode}: {answer}");
        assert_eq!(
            line["identity"], "identity_keys_unavailable",
            "{mode}: {line}"
        );
    }
}

#[test]
fn a_file_of_keys_that_can_not_be_used_stops_the_start() {
    for (content, expected) in [
        (None, "jwks.json"),
        (Some("{}"), "jwks.json"),
        (Some(r#"{"keys":[]}"#), "jwks.json"),
    ] {
        let mut folder = folder().file(
            "config.yaml",
            &format!("{CONFIG}\nidentity: {{ mode: require, jwks: jwks.json }}\n"),
        );
        if let Some(content) = content {
            folder = folder.file("jwks.json", content);
        }
        for args in [&["check"][..], &[]] {
            let ran = folder.run(args);
            assert_eq!(ran.code, Some(64), "{ran:?}");
            assert!(
                ran.stderr.contains("identity.jwks") && ran.stderr.contains(expected),
                "{ran:?}"
            );
        }
    }
}

/// A placeholder in the key set: 32 zero bytes, a point of small order. With a signature that needs no key one message
/// in four would fit.
#[test]
fn a_token_that_anybody_can_make_is_not_good() {
    let folder = folder().file(
        "config.yaml",
        &format!("{CONFIG}\nidentity: {{ mode: require, jwks: jwks.json }}\n"),
    );
    key_pair(&folder, "good.json", "jwks.json", "good");
    let mut set: Value =
        serde_json::from_slice(&fs::read(folder.path("jwks.json")).unwrap()).unwrap();
    let zero = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "placeholder", "x": "A".repeat(43) });
    set["keys"].as_array_mut().unwrap().push(zero.clone());
    fs::write(folder.path("jwks.json"), set.to_string()).unwrap();
    let mut router = folder.serve(&[]);
    let encode = |text: String| base64(text.as_bytes());
    for jti in 0..16 {
        let header = encode(json!({ "alg": "EdDSA", "kid": "placeholder" }).to_string());
        let payload = encode(
            json!({
                "iss": "https://sessions.hytale.com", "scope": "hytale:client", "jti": jti,
                "sub": super::UUID, "profile": { "username": "Alder" }, "exp": 4_000_000_000_u32,
            })
            .to_string(),
        );
        let signature = base64(&[&[1][..], &[0; 63]].concat());
        router.probe(&["--token", &format!("{header}.{payload}.{signature}")]);
        assert_eq!(router.until("decision")["reason"], "identity_unknown_key");
    }
    assert_eq!(
        comes(&folder, &mut router, "good.json", &[]).0["outcome"],
        "referral"
    );

    // A set of such keys alone is none.
    fs::write(
        folder.path("jwks.json"),
        json!({ "keys": [zero] }).to_string(),
    )
    .unwrap();
    let ran = folder.run(&["check"]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert!(
        ran.stderr.contains("small order") && ran.stderr.contains("placeholder"),
        "{ran:?}"
    );
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
