//! Tickets, with which servers send players back, at a router process.

use std::time::{Duration, SystemTime};

use hyrouter_referral::{Secret, SigningKey, Statement};
use serde_json::{Value, json};

use crate::support::Router;
use crate::support::referral::{PLAYER, TICKETS, player, router};

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
        .with_lifetime(SystemTime::now(), Duration::from_secs(30))
        .with_nonce(rand::random())
        .with_player(player())
        .with_route("arena-7")
        .with_source("lobby")
        .with_content(b"party=12");
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
            .with_lifetime(SystemTime::now(), Duration::from_secs(30))
            .with_nonce([1; 16])
            .with_player(player());
        statement.seal(&key, &mut bytes).unwrap();
        hex::encode(bytes)
    };
    let cases = [
        (good, "arena", "accepted"),
        (
            ticket(3, TICKETS, |t| t.with_target("play.example.com", 1)),
            "arena",
            "accepted",
        ),
        (
            ticket(3, TICKETS, |t| t.with_route("lobby")),
            "back",
            "accepted",
        ),
        (ticket(4, TICKETS, |t| t), "back", "accepted"),
        (hex::encode(flipped), "default", "ticket_signature"),
        (
            ticket(3, "another-secret-of-16", |t| t),
            "default",
            "ticket_signature",
        ),
        (ticket(5, TICKETS, |t| t), "default", "ticket_unknown_key"),
        (
            ticket(3, TICKETS, |t| t.with_player([9; 16])),
            "default",
            "ticket_player",
        ),
        (
            ticket(3, TICKETS, |t| t.with_certificate([9; 32])),
            "default",
            "ticket_certificate",
        ),
        (
            ticket(3, TICKETS, |t| t.with_target("other.example.com", 5520)),
            "default",
            "ticket_target",
        ),
        (
            ticket(3, TICKETS, |t| {
                t.with_lifetime(old, Duration::from_secs(30))
            }),
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
    let counts = router.until("referral data of players");
    let counts = counts["counts"].as_str().unwrap();
    for expected in ["accepted=4", "ticket_signature=2", "ticket_malformed=2"] {
        assert!(counts.split(' ').any(|count| count == expected), "{counts}");
    }
}

#[test]
fn a_ticket_lives_for_minutes_and_is_for_the_name_that_the_player_came_by() {
    let (_folder, mut router) = router(ACCEPTING);
    let now = SystemTime::now();
    let minutes = |count| {
        ticket(3, TICKETS, |t| {
            t.with_lifetime(now, Duration::from_mins(count))
        })
    };
    assert_eq!(brings(&mut router, &minutes(10)).1["ticket"], "accepted");
    assert_eq!(
        brings(&mut router, &minutes(11)).1["ticket"],
        "ticket_lifetime"
    );

    // One who typed an address came by no name.
    for (host, code) in [
        ("", "accepted"),
        ("127.0.0.1", "ticket_target"),
        ("play.example.com", "ticket_target"),
    ] {
        let data = ticket(3, TICKETS, |t| t.with_target(host, 5520));
        router.probe(&[
            "--generation",
            "g2",
            "--uuid",
            PLAYER,
            "--referral-data",
            &data,
        ]);
        assert_eq!(router.until("decision")["ticket"], code, "{host:?}");
    }
}

#[test]
fn a_loop_ends_at_the_end_of_the_counter_too() {
    let (_folder, mut router) = router(&ACCEPTING.replace("max_hops: 2", "max_hops: 255"));
    for (hops, reason) in [(254, "referred"), (255, "ticket_loop")] {
        let (_, line) = brings(&mut router, &ticket(3, TICKETS, |t| t.with_hops(hops)));
        assert_eq!(line["reason"], reason, "{hops}");
    }
}

#[test]
fn a_loop_ends() {
    let (_folder, mut router) = router(ACCEPTING);
    let mut hops = 0;
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        let (answer, line) = brings(&mut router, &ticket(3, TICKETS, |t| t.with_hops(hops)));
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
        (&json!("default"), &json!("ticket_not_accepted"))
    );
}
