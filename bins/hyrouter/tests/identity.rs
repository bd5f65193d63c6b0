//! Identity tokens at a router process, with clients and key services in processes and threads of their own.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panic"
)]

mod support;

use std::fs;
use std::time::{Duration, SystemTime};

use hyrouter_identity::{TestClaims, TokenKey};
use serde_json::{Value, json};
use support::keys::{KeyService, key_pair};
use support::{Folder, Router, folder};

const UUID: &str = "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f";
const OTHER: &str = "00000000-0000-4000-8000-00000000abcd";
const CONFIG: &str = r#"
listen: "127.0.0.1:0"
routing:
  default: { backends: [{ host: 10.0.0.1, port: 5521 }] }
"#;

/// A folder with `good.json`, whose public key is in `jwks.json`, and `bad.json`, whose is not.
fn with_keys(mode: &str, routes: &str) -> Folder {
    let folder = folder().file(
        "config.yaml",
        &format!("{CONFIG}{routes}\nidentity: {{ mode: {mode}, jwks: jwks.json }}\n"),
    );
    fs::write(folder.path("secret"), "for-development-only").unwrap();
    key_pair(&folder, "good.json", "jwks.json", "good");
    key_pair(&folder, "bad.json", "other.json", "good");
    key_pair(&folder, "unknown.json", "other.json", "unknown");
    folder
}

/// What a player who signs with that key file is told, and the log line of it.
fn comes(folder: &Folder, router: &mut Router, key: &str, args: &[&str]) -> (Value, Value) {
    let file = folder.path(key).display().to_string();
    let answer = router.probe(&[&["--token-sign", &file, "--uuid", UUID][..], args].concat());
    (answer, router.until("decision"))
}

#[test]
fn require_refers_the_verified_and_tells_the_others_in_their_language() {
    let folder = with_keys("require", "");
    let mut router = folder.serve(&[]);
    for generation in ["g1", "g2", "g3", "g4"] {
        let args = ["--generation", generation, "--username", "Alder"];
        let (answer, line) = comes(&folder, &mut router, "good.json", &args);
        assert_eq!(answer["outcome"], "referral", "{answer}");
        assert_eq!(line["identity"], "verified", "{line}");
    }

    let token = token(&folder, "good.json");
    let tampered = tamper(&token);
    let cases: [(&str, &[&str], &str); 11] = [
        ("good.json", &["--token-ttl=-301s"], "identity_expired"),
        (
            "good.json",
            &["--token-issuer", "https://sessions.example.com"],
            "identity_issuer",
        ),
        (
            "good.json",
            &["--token-scope", "hytale:editor"],
            "identity_scope",
        ),
        ("good.json", &["--username", "no name"], "identity_username"),
        (
            "good.json",
            &["--username", "seventeen_letters"],
            "identity_username",
        ),
        ("bad.json", &[], "identity_signature"),
        ("unknown.json", &[], "identity_unknown_key"),
        ("", &["--token", &tampered], "identity_signature"),
        ("", &["--token", "x.y"], "identity_malformed"),
        ("", &["--token", ""], "identity_missing"),
        ("", &[], "identity_missing"),
    ];
    for (key, args, reason) in cases {
        let args = [args, &["--generation", "g3", "--language", "de-AT"]].concat();
        let (answer, line) = match key {
            "" => (router.probe(&args), router.until("decision")),
            key => comes(&folder, &mut router, key, &args),
        };
        assert_eq!(answer["outcome"], "disconnect", "{reason}: {answer}");
        let text = answer["reason"].as_str().unwrap();
        assert!(text.starts_with("Wir konnten dein Konto nicht"), "{text}");
        assert_eq!(line["reason"], reason, "{line}");
        assert_eq!(line["identity"], reason, "{line}");
    }
    // The clock of the service may be behind by 300 seconds.
    let (answer, _) = comes(&folder, &mut router, "good.json", &["--token-ttl=-200s"]);
    assert_eq!(answer["outcome"], "referral");

    router.signal("TERM");
    let counts = router.until("identity tokens");
    let counts = counts["counts"].as_str().unwrap();
    for expected in ["verified=5", "identity_missing=2", "identity_signature=2"] {
        assert!(counts.split(' ').any(|count| count == expected), "{counts}");
    }
    assert!(router.wait().success());
}

/// A token for `UUID`, signed with the key of a file.
fn token(folder: &Folder, key: &str) -> String {
    let key = TokenKey::from_json(&fs::read(folder.path(key)).unwrap()).unwrap();
    let now = SystemTime::now();
    key.sign(&TestClaims {
        uuid: UUID.parse().unwrap(),
        username: "Alder".to_owned(),
        issued_at: now,
        expires_at: now + Duration::from_mins(5),
        ..TestClaims::default()
    })
    .unwrap()
}

/// Another player's UUID in the payload, under the same signature.
fn tamper(token: &str) -> String {
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    let middle = parts[1].len() / 2;
    let letter = &parts[1][middle..=middle];
    let other = if letter == "A" { "B" } else { "A" };
    parts[1].replace_range(middle..=middle, other);
    parts.join(".")
}

/// A backend can ask for players whom this router verified.
#[test]
fn an_envelope_says_whether_its_player_is_verified() {
    let referral = "referral: { version: 2, hmac_secret: for-development-only }";
    let folder = with_keys("report", referral);
    let mut router = folder.serve(&[]);
    for (key, verified) in [("good.json", true), ("bad.json", false)] {
        let (answer, _) = comes(&folder, &mut router, key, &[]);
        let said = &answer["envelope"];
        assert_eq!(
            (&said["player"], &said["player_verified"]),
            (&json!(UUID), &json!(verified)),
            "{key}: {answer}"
        );
        for (args, code) in [(&[][..], 0), (&["--verified"], i32::from(!verified))] {
            let data = answer["data"].as_str().unwrap();
            let open = [
                "envelope",
                "open",
                data,
                "--secret-file",
                "secret",
                "--player",
                UUID,
            ];
            let opened = folder.run(&[&open[..], args].concat());
            assert_eq!(opened.code, Some(code), "{key} {args:?}: {opened:?}");
        }
    }
}

#[test]
fn an_older_client_has_to_be_the_player_of_its_token() {
    let folder = with_keys("require", "");
    let mut router = folder.serve(&[]);
    let token = token(&folder, "good.json");
    for generation in ["g1", "g2"] {
        for (uuid, reason) in [(UUID, "referred"), (OTHER, "identity_uuid_mismatch")] {
            router.probe(&[
                "--generation",
                generation,
                "--uuid",
                uuid,
                "--token",
                &token,
            ]);
            assert_eq!(
                router.until("decision")["reason"],
                reason,
                "{generation} {uuid}"
            );
        }
    }
}

#[test]
fn report_lets_everybody_in_and_says_who_is_who() {
    let folder = with_keys("report", FILTERS);
    let mut router = folder.serve(&[]);
    for (key, args, identity, backend) in [
        ("good.json", &[][..], "verified", "10.0.0.2:5521"),
        ("good.json", &["--uuid", OTHER], "verified", "10.0.0.3:5521"),
        ("bad.json", &[], "identity_signature", "10.0.0.4:5521"),
        (
            "good.json",
            &["--token-ttl=-1h"],
            "identity_expired",
            "10.0.0.4:5521",
        ),
    ] {
        let args = [&["--sni", "members.example.com"][..], args].concat();
        // The last --uuid of several counts for nothing, so it is given once.
        let file = folder.path(key).display().to_string();
        let uuid = if args.contains(&OTHER) {
            &[][..]
        } else {
            &["--uuid", UUID]
        };
        let answer = router.probe(&[&["--token-sign", &file][..], uuid, &args].concat());
        assert_eq!(answer["outcome"], "referral", "{answer}");
        let line = router.until("decision");
        assert_eq!(line["identity"], identity, "{line}");
        assert_eq!(line["backend"], backend, "{line}");
    }
}

/// To the second backend whoever is verified and on the list, to the third whoever is verified, to the fourth the rest.
const FILTERS: &str = r#"
  routes:
    - match: { hostname: members.example.com }
      pool:
        filters:
          - { type: identity }
          - { type: whitelist, enabled_key: on, list_key: list, verified: true }
          - { type: compare, left: members, op: eq, right: members }
        fallback:
          - filters: [{ type: identity, verified: true }, { type: compare, left: verified, op: eq, right: verified }]
          - filters: [{ type: identity, verified: false }, { type: compare, left: guests, op: eq, right: guests }]
        backends:
          - { host: 10.0.0.2, port: 5521, meta: { members: "1", on: "true", list: "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f" } }
          - { host: 10.0.0.3, port: 5521, meta: { verified: "1" } }
          - { host: 10.0.0.4, port: 5521, meta: { guests: "1" } }
"#;

#[test]
fn claims_are_known_where_nothing_is_verified() {
    let whitelist = r#"
  routes:
    - match: { hostname: vip.example.com }
      pool:
        filters: [{ type: whitelist, enabled_key: on, list_key: list, subject: username }]
        backends: [{ host: 10.0.0.2, port: 5521, meta: { on: "true", list: Alder } }]
"#;
    let folder = with_keys("off", whitelist);
    let mut router = folder.serve(&["--log-level", "debug"]);
    let at_vip = [
        "--sni",
        "vip.example.com",
        "--generation",
        "g4",
        "--username",
    ];
    // The key is nobody's: claims are claims.
    for (name, reason) in [
        ("Alder", "referred"),
        ("Birch", "no_backends"),
        ("no name", "no_backends"),
    ] {
        let file = folder.path("bad.json").display().to_string();
        let args = [
            &["--token-sign", &file, "--uuid", UUID][..],
            &at_vip,
            &[name],
        ]
        .concat();
        router.probe(&args);
        let player = router.until("player");
        assert_eq!(player["uuid"], UUID, "{player}");
        let known = if name == "no name" {
            json!(null)
        } else {
            json!(name)
        };
        assert_eq!(player["username"], known, "{player}");
        assert_eq!(player["verified"], false);
        let line = router.until("decision");
        assert_eq!(line["reason"], reason, "{name}: {line}");
        assert_eq!(line["identity"], "claimed");
    }
}

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
    router.until("identity keys are here");
    let (answer, _) = comes(&folder, &mut router, "old.json", &[]);
    assert_eq!(answer["outcome"], "referral", "{answer}");

    key_pair(&folder, "new.json", "jwks.json", "new");
    service.serve(&fs::read_to_string(folder.path("jwks.json")).unwrap());
    let (answer, line) = comes(&folder, &mut router, "new.json", &[]);
    assert_eq!(
        answer["outcome"], "disconnect",
        "nobody waits for the network"
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
    router.until("identity keys are here");
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
        states.push(state);
        std::thread::sleep(Duration::from_millis(50));
    }
    states.dedup();
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
    router.until("the source of identity keys is back");
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
