//! Referrals of version 2 and tickets, at a router process.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panic"
)]

mod support;

use std::time::{Duration, SystemTime};

use hyrouter_referral::Secret;
use hyrouter_referral::v2::{
    Expectation, Keys, ReplayGuard, SigningKey, Statement, VerifyingKey, open,
};
use serde_json::{Value, json};
use support::{Folder, Router, folder};

const PLAYER: &str = "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f";
const SEED: &str = "hex:9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const SECRET: &str = "for-development-only";
const TICKETS: &str = "for-development-only-too";

fn config(referral: &str) -> String {
    format!(
        r#"
listen: "127.0.0.1:0"
routing:
  routes:
    - name: arena
      match: {{ referral: {{ routes: ["arena-*"], sources: [lobby], keys: [3] }} }}
      pool: {{ backends: [{{ host: arena.example.com, port: 5523 }}] }}
    - name: back
      match: {{ hostname: play.example.com, referral: {{}} }}
      pool: {{ backends: [{{ host: back.example.com, port: 5524 }}] }}
  default: {{ backends: [{{ host: lobby.example.com, port: 5521 }}] }}
referral: {referral}
"#
    )
}

fn router(referral: &str) -> (Folder, Router) {
    let folder = folder().file("config.yaml", &config(referral));
    let router = folder.serve(&[]);
    (folder, router)
}

fn player() -> [u8; 16] {
    PLAYER.parse::<uuid::Uuid>().unwrap().into_bytes()
}

fn data(answer: &Value) -> Vec<u8> {
    assert_eq!(answer["outcome"], "referral", "{answer}");
    hex::decode(answer["data"].as_str().unwrap()).unwrap()
}

/// Two keys at once, so that whichever signs is known.
fn keys() -> Keys {
    let ed25519 = SigningKey::ed25519(2, &Secret::parse(SEED).unwrap()).unwrap();
    let hmac = VerifyingKey::hmac(1, &Secret::parse(SECRET).unwrap()).unwrap();
    Keys::new().with(hmac).with(ed25519.verifying())
}

const ED25519: &str = "{ version: 2, ttl: 60s, keys: [{ id: 2, algorithm: ed25519, secret: 'hex:9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60' }] }";

#[test]
fn a_referral_is_for_one_player_one_backend_and_a_short_time() {
    let (_folder, router) = router(ED25519);
    let before = SystemTime::now();
    let answer = router.probe(&[
        "--sni",
        "eu.example.com",
        "--generation",
        "g2",
        "--uuid",
        PLAYER,
        "--client-cert",
    ]);
    let bytes = data(&answer);
    assert_eq!(answer["envelope"]["kind"], "referral");
    assert_eq!(answer["envelope"]["route"], "default");
    let certificate = answer["envelope"]["certificate"].as_str().unwrap();
    let certificate: [u8; 32] = hex::decode(certificate).unwrap().try_into().unwrap();

    let expected = Expectation::referral_to("lobby.example.com", 5521)
        .player(player())
        .certificate(certificate);
    let now = SystemTime::now();
    let said = open(&bytes, &keys(), &expected, now).unwrap();
    assert_eq!(
        (said.route, said.source, said.hops),
        ("default", "eu.example.com", 0)
    );
    assert!(said.issued_at <= now && said.issued_at + Duration::from_millis(1) > before);
    assert_eq!(said.expires_at, said.issued_at + Duration::from_mins(1));

    let fails =
        |expected: &Expectation<'_>, at| open(&bytes, &keys(), expected, at).unwrap_err().code();
    assert_eq!(
        fails(&expected, said.expires_at + Duration::from_secs(1)),
        "expired"
    );
    assert_eq!(fails(&expected.player([1; 16]), now), "player");
    assert_eq!(
        fails(&expected.target("lobby.example.com", 5522), now),
        "target"
    );
    assert_eq!(fails(&expected.certificate([1; 32]), now), "certificate");
    let mut guard = ReplayGuard::new(10);
    guard.admit(said.nonce, said.expires_at, now).unwrap();
    assert_eq!(
        guard
            .admit(said.nonce, said.expires_at, now)
            .unwrap_err()
            .code(),
        "replayed"
    );
    // The next player has another nonce.
    let next = router.probe(&["--sni", "eu.example.com"]);
    assert_ne!(next["envelope"]["nonce"], answer["envelope"]["nonce"]);
    assert_eq!(next["envelope"]["player"], json!(null));
}

/// Both verifiers open what this router sealed and refuse it where it does not belong.
#[test]
fn java_and_go_open_what_the_router_seals() {
    let (_folder, router) = router(ED25519);
    let public_key = SigningKey::ed25519(2, &Secret::parse(SEED).unwrap())
        .unwrap()
        .public_key()
        .map(hex::encode)
        .unwrap();
    let answer = router.probe(&["--generation", "g1", "--uuid", PLAYER]);
    let bytes = hex::encode(data(&answer));
    let expires_at = answer["envelope"]["expires_at"].as_u64().unwrap();

    for (name, verifier) in support::verifiers::both() {
        let Some(verifier) = verifier else {
            support::verifiers::left_out(name);
            continue;
        };
        let at = |now: u64| now.to_string();
        let good = (expires_at - 1000, PLAYER, "lobby.example.com", "5521");
        for (now, player, host, port, result) in [
            (good.0, good.1, good.2, good.3, "ok"),
            (expires_at + 1000, good.1, good.2, good.3, "expired"),
            (
                good.0,
                "00000000-0000-4000-8000-00000000abcd",
                good.2,
                good.3,
                "player",
            ),
            (good.0, good.1, "other.example.com", good.3, "target"),
            (good.0, good.1, good.2, "5522", "target"),
        ] {
            let now = at(now);
            let args = [
                "open",
                &bytes,
                "--key-id",
                "2",
                "--public-key",
                &public_key,
                "--host",
                host,
                "--port",
                port,
                "--player",
                player,
                "--now",
                &now,
            ];
            let said = verifier.run(&args);
            if result == "ok" {
                assert_eq!(said["player"], PLAYER, "{name}: {said}");
                assert_eq!(said["route"], "default", "{name}: {said}");
            } else {
                assert_eq!(said["refused"], result, "{name}: {said}");
            }
        }
        let now = at(good.0);
        let twice = verifier.run(&[
            "open",
            &bytes,
            "--key-id",
            "2",
            "--public-key",
            &public_key,
            "--host",
            good.2,
            "--port",
            good.3,
            "--player",
            PLAYER,
            "--now",
            &now,
            "--replay",
        ]);
        assert_eq!(twice["refused"], "replayed", "{name}: {twice}");
    }
}

#[test]
fn keys_change_while_players_come_and_nobody_is_refused() {
    let now = SystemTime::now();
    let second = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let at = |seconds: u64| {
        let time = time::OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).unwrap());
        let format = time::format_description::well_known::Rfc3339;
        time.unwrap().format(&format).unwrap()
    };
    let (turn, end) = (second + 4, second + 6);
    let (_folder, router) = router(&format!(
        "{{ version: 2, keys: [\
         {{ id: 1, secret: {SECRET}, not_after: '{}' }}, \
         {{ id: 2, algorithm: ed25519, secret: '{SEED}', not_before: '{}' }}] }}",
        at(end),
        at(turn)
    ));
    let keys = keys();
    let mut seen = Vec::new();
    // Until the second key has signed for some players; a bound, since a test must end.
    for _ in 0..1000 {
        let answer = router.probe(&["--generation", "g2", "--uuid", PLAYER]);
        let expected = Expectation::referral_to("lobby.example.com", 5521)
            .player(player())
            .any_certificate();
        open(&data(&answer), &keys, &expected, SystemTime::now()).unwrap();
        seen.push(answer["envelope"]["key_id"].as_u64().unwrap());
        if seen.iter().filter(|id| **id == 2).count() == 20 {
            break;
        }
    }
    assert_eq!(seen.first(), Some(&1), "{seen:?}");
    assert_eq!(seen.last(), Some(&2), "{seen:?}");
    assert!(seen.is_sorted(), "{seen:?}");
}

#[test]
fn without_a_valid_key_nobody_is_referred_and_the_operator_hears_of_it_once() {
    for version in ["1", "2"] {
        let (_folder, mut router) = router(&format!(
            "{{ version: {version}, keys: [{{ id: 1, secret: {SECRET}, not_after: '2000-01-01T00:00:00Z' }}] }}"
        ));
        for _ in 0..2 {
            let answer = router.probe(&["--language", "fr"]);
            assert_eq!(answer["outcome"], "disconnect", "{answer}");
            let text = answer["reason"].as_str().unwrap();
            assert!(text.starts_with("Ce serveur est injoignable"), "{text}");
        }
        let error = router.until("no key of referral.keys");
        assert_eq!(error["level"], "ERROR");
        for _ in 0..2 {
            let line = router.line().unwrap();
            assert_eq!(line["message"], "decision", "{line}");
            assert_eq!(line["reason"], "referral_failed", "{line}");
        }
    }
}

const ACCEPTING: &str = "{ version: 2, max_hops: 2, hmac_secret: for-development-only, accept: [\
    { id: 3, secret: for-development-only-too }, { id: 4, secret: for-development-only-too }] }";

/// A ticket as a server makes it, from a secret or another one.
fn ticket(
    key_id: u8,
    secret: &str,
    change: impl FnOnce(Statement<'static>) -> Statement<'static>,
) -> String {
    let key = SigningKey::hmac(key_id, &Secret::parse(secret).unwrap()).unwrap();
    let statement = Statement::ticket()
        .issued(SystemTime::now(), Duration::from_secs(30))
        .nonce(rand::random())
        .player(player())
        .route("arena-7")
        .source("lobby")
        .content(b"party=12");
    let mut bytes = Vec::new();
    change(statement).seal(&key, &mut bytes).unwrap();
    hex::encode(bytes)
}

fn brings(router: &mut Router, data: &str) -> (Value, Value) {
    let answer = router.probe(&[
        "--sni",
        "play.example.com",
        "--generation",
        "g2",
        "--uuid",
        PLAYER,
        "--referral-data",
        data,
    ]);
    (answer, router.until("decision"))
}

#[test]
fn a_ticket_selects_a_route_and_what_nobody_signed_does_not() {
    let (_folder, mut router) = router(ACCEPTING);
    let old = SystemTime::now() - Duration::from_mins(1);
    let good = ticket(3, TICKETS, |ticket| ticket);
    let mut flipped = hex::decode(&good).unwrap();
    // The last letter of the content, before the 32 bytes of the signature.
    let letter = flipped.len() - 33;
    flipped[letter] ^= 1;
    let referral = {
        let key = SigningKey::hmac(3, &Secret::parse(TICKETS).unwrap()).unwrap();
        let mut bytes = Vec::new();
        let statement = Statement::referral("play.example.com", 5520)
            .issued(SystemTime::now(), Duration::from_secs(30))
            .nonce([1; 16])
            .player(player());
        statement.seal(&key, &mut bytes).unwrap();
        hex::encode(bytes)
    };
    let cases = [
        (good, "arena", "accepted"),
        (
            ticket(3, TICKETS, |t| t.target("play.example.com", 1)),
            "arena",
            "accepted",
        ),
        (ticket(3, TICKETS, |t| t.route("lobby")), "back", "accepted"),
        (ticket(4, TICKETS, |t| t), "back", "accepted"),
        (hex::encode(flipped), "default", "ticket_signature"),
        (
            ticket(3, "another-secret-of-16", |t| t),
            "default",
            "ticket_signature",
        ),
        (ticket(5, TICKETS, |t| t), "default", "ticket_unknown_key"),
        (
            ticket(3, TICKETS, |t| t.player([9; 16])),
            "default",
            "ticket_player",
        ),
        (
            ticket(3, TICKETS, |t| t.certificate([9; 32])),
            "default",
            "ticket_certificate",
        ),
        (
            ticket(3, TICKETS, |t| t.target("other.example.com", 5520)),
            "default",
            "ticket_target",
        ),
        (
            ticket(3, TICKETS, |t| t.issued(old, Duration::from_secs(30))),
            "default",
            "ticket_expired",
        ),
        (referral, "default", "ticket_kind"),
        (hex::encode(b"party=12"), "default", "ticket_malformed"),
        // An unsigned envelope of version 1.
        (
            hex::encode(b"HYRP\x01\x00\x00\x01\x00x"),
            "default",
            "ticket_malformed",
        ),
    ];
    for (data, route, code) in &cases {
        let (answer, line) = brings(&mut router, data);
        assert_eq!(answer["outcome"], "referral", "{code}: {answer}");
        assert_eq!(line["route"], *route, "{line}");
        assert_eq!(line["ticket"], *code, "{line}");
        let hops = u64::from(*code == "accepted");
        assert_eq!(answer["envelope"]["hops"], hops, "{code}: {answer}");
    }
    let (_, line) = brings(&mut router, "");
    assert_eq!(line["ticket"], json!(null), "{line}");

    router.signal("TERM");
    let counts = router.until("referral data that players brought");
    let counts = counts["counts"].as_str().unwrap();
    for expected in ["accepted=4", "ticket_signature=2", "ticket_malformed=2"] {
        assert!(counts.split(' ').any(|count| count == expected), "{counts}");
    }
}

#[test]
fn a_loop_ends() {
    let (_folder, mut router) = router(ACCEPTING);
    let mut hops = 0;
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        let (answer, line) = brings(&mut router, &ticket(3, TICKETS, |t| t.hops(hops)));
        outcomes.push(line["reason"].as_str().unwrap().to_owned());
        // A server copies the hops of the referral that brought the player.
        let said = &answer["envelope"]["hops"];
        hops = said
            .as_u64()
            .map_or(hops, |said| u8::try_from(said).unwrap());
    }
    assert_eq!(
        outcomes,
        ["referred", "referred", "ticket_loop", "ticket_loop"]
    );
}

#[test]
fn a_server_that_accepts_no_tickets_ignores_them() {
    let (_folder, mut router) = router("{}");
    let (_, line) = brings(&mut router, &ticket(3, TICKETS, |t| t));
    assert_eq!(
        (&line["route"], &line["ticket"]),
        (&json!("default"), &json!("ticket_unknown_key"))
    );
}

#[test]
fn keys_are_made_and_listed() {
    let folder = folder();
    for (algorithm, id) in [("ed25519", "7"), ("hmac-sha256", "8")] {
        let out = format!("{id}.key");
        let ran = folder.run(&[
            "keys",
            "generate",
            "--algorithm",
            algorithm,
            "--id",
            id,
            "--out",
            &out,
        ]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let text = std::fs::read_to_string(folder.path(&out)).unwrap();
        assert!(
            !ran.stdout.contains(text.trim()),
            "the secret is in the file alone"
        );
        assert_eq!(
            folder.run(&["keys", "generate", "--out", &out]).code,
            Some(1),
            "never over one that is there"
        );
        // What it prints is a part of a configuration.
        let yaml = format!(
            "{}\n{}",
            config("{}").replace("referral: {}\n", ""),
            ran.stdout
        );
        std::fs::write(folder.path("config.yaml"), yaml).unwrap();
        let listed = folder.run(&["keys", "list", "--json"]).json();
        assert_eq!(
            (&listed["id"], &listed["state"], &listed["algorithm"]),
            (
                &json!(id.parse::<u8>().unwrap()),
                &json!("signs"),
                &json!(algorithm)
            ),
            "{listed}"
        );
        if let Some(public_key) = listed["public_key"].as_str() {
            assert!(ran.stdout.contains(public_key), "{ran:?}");
        }
    }
    let listed = folder.run(&["keys", "list"]);
    assert!(
        listed
            .stdout
            .starts_with("seal    key 8    hmac-sha256  signs"),
        "{listed:?}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = folder
            .path("7.key")
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn envelopes_of_version_2_by_hand() {
    let folder = folder().file("secret", SEED).file("other", SECRET);
    let sealed = folder.run(&[
        "envelope",
        "seal",
        "party=12",
        "--kind",
        "ticket",
        "--secret-file",
        "secret",
        "--algorithm",
        "ed25519",
        "--key-id",
        "9",
        "--player",
        PLAYER,
        "--route",
        "arena",
        "--host",
        "play.example.com",
        "--port",
        "5520",
    ]);
    assert_eq!(sealed.code, Some(0), "{sealed:?}");
    let bytes = sealed.stdout.trim();
    let public_key = SigningKey::ed25519(9, &Secret::parse(SEED).unwrap())
        .unwrap()
        .public_key()
        .unwrap();
    let public_key = hex::encode(public_key);
    for (args, code, check) in [
        (&["--public-key", &public_key][..], 0, json!(null)),
        (
            &["--secret-file", "secret", "--algorithm", "ed25519"],
            0,
            json!(null),
        ),
        (&["--secret-file", "other"], 1, json!("algorithm")),
        (
            &[
                "--public-key",
                &public_key,
                "--player",
                "00000000-0000-4000-8000-00000000abcd",
            ],
            1,
            json!("player"),
        ),
        (
            &[
                "--public-key",
                &public_key,
                "--host",
                "play.example.com",
                "--port",
                "1",
            ],
            1,
            json!("target"),
        ),
    ] {
        let all = [
            &["envelope", "open", bytes, "--json", "--key-id", "9"][..],
            args,
        ]
        .concat();
        let opened = folder.run(&all);
        assert_eq!(opened.code, Some(code), "{args:?}: {opened:?}");
        let fields = opened.json();
        assert_eq!(fields["code"], check, "{args:?}");
        assert_eq!(
            (&fields["route"], &fields["content_text"]),
            (&json!("arena"), &json!("party=12"))
        );
    }
    let shown = folder.run(&["envelope", "open", bytes]);
    assert!(
        shown.stdout.contains("for: play.example.com:5520\n"),
        "{shown:?}"
    );
    assert!(shown.stdout.contains("signature: not checked"), "{shown:?}");
    let unsigned = folder.run(&["envelope", "seal", "x", "--kind", "ticket"]);
    assert!(unsigned.stderr.contains("always signed"), "{unsigned:?}");
}
