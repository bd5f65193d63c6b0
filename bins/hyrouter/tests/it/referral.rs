//! Referrals of version 2, at a router process.

use std::time::{Duration, SystemTime};

use hyrouter_referral::{
    Expectation, ReplayGuard, Secret, SigningKey, VerifyingKey, VerifyingKeys, open,
};
use serde_json::{Value, json};

use crate::support::referral::{PLAYER, SECRET, SEED, player, router};

fn data(answer: &Value) -> Vec<u8> {
    assert_eq!(answer["outcome"], "referral", "{answer}");
    hex::decode(answer["data"].as_str().unwrap()).unwrap()
}

/// Two keys at once, so that whichever signs is known.
fn keys() -> VerifyingKeys {
    let ed25519 = SigningKey::ed25519(2, &Secret::parse(SEED).unwrap()).unwrap();
    let hmac = VerifyingKey::hmac(1, &Secret::parse(SECRET).unwrap()).unwrap();
    VerifyingKeys::new()
        .with(hmac)
        .with(ed25519.verifying_key())
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
        .with_player(player())
        .with_certificate(certificate);
    let now = SystemTime::now();
    let said = open(&bytes, &keys(), &expected, now).unwrap();
    assert_eq!(
        (said.route, said.source, said.hops),
        ("default", "eu.example.com", 0)
    );
    assert!(said.issued_at <= now && said.issued_at + Duration::from_millis(1) > before);
    assert_eq!(said.expires_at, said.issued_at + Duration::from_mins(1));

    let fails = |expected: &Expectation<'_>, at| {
        open(&bytes, &keys(), expected, at)
            .unwrap_err()
            .code()
            .as_str()
    };
    assert_eq!(
        fails(&expected, said.expires_at + Duration::from_secs(1)),
        "expired"
    );
    assert_eq!(fails(&expected.with_player([1; 16]), now), "player");
    assert_eq!(
        fails(&expected.with_target("lobby.example.com", 5522), now),
        "target"
    );
    assert_eq!(
        fails(&expected.with_certificate([1; 32]), now),
        "certificate"
    );
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

    for (name, verifier) in crate::support::verifiers::both() {
        let Some(verifier) = verifier else {
            crate::support::verifiers::left_out(name);
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
            .with_player(player())
            .with_any_certificate();
        assert!(open(&data(&answer), &keys, &expected, SystemTime::now()).is_ok());
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
        let error = router.until("referral sealing failed");
        assert_eq!(error["level"], "ERROR");
        assert!(
            error["cause"].as_str().unwrap().starts_with("no key"),
            "{error}"
        );
        for _ in 0..2 {
            let line = router.line().unwrap();
            assert_eq!(line["message"], "decision", "{line}");
            assert_eq!(line["reason"], "referral_failed", "{line}");
        }
    }
}
