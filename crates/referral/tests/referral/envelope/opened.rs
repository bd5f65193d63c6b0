//! Accepted and refused expectations.

use std::time::SystemTime;

use hyrouter_referral::{
    Envelope, EnvelopeKind, Expectation, Statement, Validity, VerifyingKeys, open,
};

use super::{
    CERTIFICATE, LIFETIME, MS, PLAYER, anything, ed25519_of, hmac, hmac_of, keys, now, seal,
    statement,
};

/// From an envelope in which everything is wrong, one fault after the other is taken away.
#[test]
fn the_first_fault_is_the_one_that_is_told() {
    let (early, late) = (now(), now() + LIFETIME * 2);
    let from = |moment| Validity {
        not_before: Some(moment),
        not_after: None,
    };
    let none = VerifyingKeys::new();
    let not_yet =
        VerifyingKeys::new().with(ed25519_of(1).with_validity(from(late)).verifying_key());
    let other_algorithm =
        VerifyingKeys::new().with(ed25519_of(1).with_validity(from(early)).verifying_key());
    let right = hmac().with_validity(from(early));
    let other_secret =
        VerifyingKeys::new().with(hmac_of("another secret, long enough").verifying_key());
    let keys = VerifyingKeys::new().with(right.verifying_key());

    let bytes = seal(
        &statement().with_lifetime(now() + LIFETIME, LIFETIME),
        &right,
    );
    let wrong = Expectation::ticket_for(Some("other"), 1)
        .with_verified_player([1; 16])
        .with_certificate([1; 32]);
    let referral = Expectation::referral_to("other", 1)
        .with_verified_player([1; 16])
        .with_certificate([1; 32]);
    let target = referral.with_target("lobby.example.com", 5520);
    let claimed = target.with_verified_player(PLAYER);
    let player = target.with_player(PLAYER);
    let all = player.with_certificate(CERTIFICATE);
    let right_time = late - MS;

    let cases = [
        (&bytes[1..], &none, wrong, early, "malformed"),
        (&bytes, &none, wrong, early, "unknown_key"),
        (&bytes, &not_yet, wrong, early, "key_not_valid"),
        (&bytes, &other_algorithm, wrong, early, "algorithm"),
        (&bytes, &other_secret, wrong, early, "signature"),
        (&bytes, &keys, wrong, early, "kind"),
        (&bytes, &keys, referral, early, "not_yet_valid"),
        (&bytes, &keys, referral, late, "expired"),
        (&bytes, &keys, referral, right_time, "target"),
        (&bytes, &keys, target, right_time, "player"),
        (&bytes, &keys, claimed, right_time, "unverified"),
        (&bytes, &keys, player, right_time, "certificate"),
        (&bytes, &keys, all, right_time, "ok"),
    ];
    for (bytes, keys, expectation, now, code) in cases {
        let opened = open(bytes, keys, &expectation, now);
        assert_eq!(
            opened.map_or_else(|error| error.code().as_str(), |_| "ok"),
            code
        );
    }
}

#[test]
fn what_is_not_said_is_refused() {
    let target = |it: Expectation<'static>| it.with_any_target();
    let player = |it: Expectation<'static>| it.with_any_player();
    let certificate = |it: Expectation<'static>| it.with_any_certificate();
    let unsaid = Expectation::new(EnvelopeKind::Referral);
    let cases = [
        (unsaid, "target"),
        (player(certificate(unsaid)), "target"),
        (target(unsaid), "player"),
        (target(certificate(unsaid)), "player"),
        (target(player(unsaid)), "certificate"),
        (target(player(certificate(unsaid))), "ok"),
        (
            Expectation::referral_to("lobby.example.com", 5520),
            "player",
        ),
    ];
    let stranger = Statement {
        player: None,
        certificate: None,
        ..statement()
    };
    for statement in [statement(), stranger] {
        let bytes = seal(&statement, &hmac());
        for (expectation, code) in &cases {
            let opened = open(&bytes, &keys(), expectation, now());
            assert_eq!(
                opened.map_or_else(|error| error.code().as_str(), |_| "ok"),
                *code
            );
        }
    }
}

/// What is said last counts, of a statement and of an expectation.
#[test]
fn a_claimed_player_is_no_verified_one() {
    let claimed = statement().with_verified_player(PLAYER).with_player(PLAYER);
    let verified = statement().with_player(PLAYER).with_verified_player(PLAYER);
    let demanded = anything().with_player(PLAYER).with_verified_player(PLAYER);
    let not_demanded = anything().with_verified_player(PLAYER).with_player(PLAYER);
    let any = anything().with_verified_player(PLAYER).with_any_player();
    let other = anything().with_verified_player([1; 16]);
    let cases = [
        (claimed, demanded, "unverified"),
        (claimed, not_demanded, "ok"),
        (claimed, any, "ok"),
        (claimed, other, "player"),
        (verified, demanded, "ok"),
        (verified, not_demanded, "ok"),
        (verified, any, "ok"),
        (verified, other, "player"),
    ];
    for (statement, expectation, code) in cases {
        let bytes = seal(&statement, &hmac());
        let opened = open(&bytes, &keys(), &expectation, now());
        assert_eq!(
            opened.map_or_else(|error| error.code().as_str(), |_| "ok"),
            code
        );
        assert_eq!(
            Envelope::parse(&bytes).map(|it| *it.statement()),
            Ok(statement)
        );
    }
}

#[test]
fn an_entrypoint_without_a_name_takes_tickets_for_any_host_alone() {
    let nameless = Expectation::ticket_for(None, 5520)
        .with_any_player()
        .with_any_certificate();
    let bound = Statement {
        kind: EnvelopeKind::Ticket,
        ..statement()
    };
    let opened = |statement: &Statement<'_>| {
        let bytes = seal(statement, &hmac());
        open(&bytes, &keys(), &nameless, now()).map_or_else(|error| error.code().as_str(), |_| "ok")
    };
    assert_eq!(opened(&bound), "target");
    assert_eq!(opened(&bound.with_target("", 5520)), "ok");
    assert_eq!(opened(&bound.with_target("", 0)), "ok");
    assert_eq!(opened(&bound.with_target("", 5521)), "target");
}

#[test]
fn a_clock_before_1970_refuses() {
    let before = SystemTime::UNIX_EPOCH - LIFETIME;
    let error = open(&seal(&statement(), &hmac()), &keys(), &anything(), before).unwrap_err();
    assert_eq!(error.code().as_str(), "not_yet_valid");
}

#[test]
fn messages_name_no_player() {
    let message = |statement: &Statement<'_>, expectation: Expectation<'_>| {
        let bytes = seal(statement, &hmac());
        let error = open(&bytes, &keys(), &expectation, now()).unwrap_err();
        error.to_string()
    };
    let stranger = Statement {
        player: None,
        certificate: None,
        ..statement()
    };
    let player = anything().with_player([1; 16]);
    let certificate = anything().with_certificate([1; 32]);
    let end = "instead of the expected one";
    for (statement, which) in [(statement(), "another"), (stranger, "no particular")] {
        assert_eq!(
            message(&statement, player),
            format!("the envelope is for {which} player {end}")
        );
        assert_eq!(
            message(&statement, certificate),
            format!("the envelope is for {which} certificate {end}")
        );
    }
}
