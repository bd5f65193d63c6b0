//! Identity tokens at a router process, with clients and key services in processes and threads of their own.

mod keys;

use std::fs;
use std::time::{Duration, SystemTime};

use hyrouter_identity::{TestClaims, TokenSigningKey};
use serde_json::{Value, json};

use crate::support::keys::key_pair;
use crate::support::{Folder, Router, folder};

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

/// Returns the answer to a player whose token this key file signed, and the log line of the decision.
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
    let key = TokenSigningKey::from_json(&fs::read(folder.path(key)).unwrap()).unwrap();
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
    // No key set has this key, so the claims are unproven.
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

/// The same token from clients with two certificates: the second is not its player.
#[test]
fn a_token_belongs_to_the_client_that_shows_it_first() {
    let folder = with_keys("require", "admin: { listen: \"127.0.0.1:0\" }");
    let bound = |more: &str| {
        let config = fs::read_to_string(folder.path("config.yaml")).unwrap();
        let config = config.split("identity:").next().unwrap().to_owned();
        let identity = format!("mode: require, jwks: jwks.json, bind_certificate: true{more}");
        fs::write(
            folder.path("config.yaml"),
            format!("{config}identity: {{ {identity} }}\n"),
        )
        .unwrap();
    };
    bound("");
    let (mut router, admin) = folder.serve_with_admin(&["--no-watch"]);
    let token = token(&folder, "good.json");
    let mut shows = |with: &[&str]| {
        router.probe(&[&["--token", &token][..], with].concat());
        router.until("decision")["reason"].clone()
    };
    assert_eq!(
        shows(&[]),
        "identity_certificate",
        "the client has no certificate"
    );
    // Each of these clients makes a certificate of its own.
    assert_eq!(shows(&["--client-cert"]), "referred");
    assert_eq!(shows(&["--client-cert"]), "identity_certificate");
    bound(", clock_skew: 10s");
    admin.post("/reload", &json!({}));
    assert_eq!(
        shows(&["--client-cert"]),
        "identity_certificate",
        "after a reload"
    );
}

#[test]
fn a_token_may_be_as_old_as_is_configured() {
    for (max_age, reason) in [("1m", "identity_max_age"), ("1h", "referred")] {
        let folder = with_keys("require", "");
        let identity =
            format!("mode: require, jwks: jwks.json, clock_skew: 0s, max_age: {max_age}");
        let config = format!("{CONFIG}identity: {{ {identity} }}\n");
        fs::write(folder.path("config.yaml"), config).unwrap();
        let mut router = folder.serve(&[]);
        let key = TokenSigningKey::from_json(&fs::read(folder.path("good.json")).unwrap()).unwrap();
        let now = SystemTime::now();
        let claims = TestClaims {
            uuid: UUID.parse().unwrap(),
            issued_at: now - Duration::from_mins(10),
            expires_at: now + Duration::from_mins(10),
            ..TestClaims::default()
        };
        router.probe(&["--token", &key.sign(&claims).unwrap()]);
        assert_eq!(router.until("decision")["reason"], reason);
    }
}
