//! Envelopes that are signed rightly and refused for what they say.

use crate::file::{Expect, Stated, Vector};
use crate::make::{LIFETIME, SKEW, T, bytes_of, exactly, referral, refuses, ticket};

pub(crate) fn vectors() -> Vec<Vector> {
    [kinds(), times(), targets(), entrypoints(), holders()].concat()
}

fn kinds() -> Vec<Vector> {
    // Everything but the kind fits.
    let as_referral = Expect {
        kind: "referral".to_owned(),
        ..exactly(&ticket())
    };
    let as_ticket = Expect {
        kind: "ticket".to_owned(),
        ..exactly(&referral())
    };
    vec![
        refuses(
            "kind",
            "ticket_as_referral",
            "A ticket is shown to a backend.",
            &bytes_of(&ticket()),
            T,
            as_referral,
        ),
        refuses(
            "kind",
            "referral_as_ticket",
            "A referral is shown to the entrypoint.",
            &bytes_of(&referral()),
            T,
            as_ticket,
        ),
    ]
}

fn times() -> Vec<Vector> {
    let at = |code, name, why, now, clock_skew_ms| {
        let expect = Expect {
            clock_skew_ms,
            ..exactly(&referral())
        };
        refuses(code, name, why, &bytes_of(&referral()), now, expect)
    };
    let far = Stated {
        issued_at: 1 << 63,
        expires_at: (1 << 63) + LIFETIME,
        ..referral()
    };
    vec![
        at(
            "not_yet_valid",
            "beyond_the_skew",
            "Issued one millisecond more than the clock skew ahead.",
            T - SKEW - 1,
            SKEW,
        ),
        at(
            "not_yet_valid",
            "ahead_without_skew",
            "Issued one millisecond ahead, by clocks that must agree.",
            T - 1,
            0,
        ),
        refuses(
            "not_yet_valid",
            "times_are_unsigned",
            "Issued at 2 to the 63rd, which is far ahead and not negative.",
            &bytes_of(&far),
            T,
            exactly(&referral()),
        ),
        at(
            "expired",
            "at_expiry",
            "The moment of expiry is too late.",
            T + LIFETIME,
            SKEW,
        ),
        at(
            "expired",
            "no_skew_at_expiry",
            "The clock skew does not lengthen the life.",
            T + LIFETIME + 1,
            10 * LIFETIME,
        ),
        at(
            "expired",
            "long_expired",
            "A year later.",
            T + 31_536_000_000,
            SKEW,
        ),
    ]
}

fn targets() -> Vec<Vector> {
    let referral = referral();
    let kelvin = Stated {
        host: "\u{212a}elvin.example.com".to_owned(),
        ..referral.clone()
    };
    let umlaut = Stated {
        host: "BÜCHER.example".to_owned(),
        ..referral.clone()
    };
    let cases = [
        (
            "other_host",
            "Meant for another backend.",
            "lobby-2.example.com",
            5520,
        ),
        (
            "other_port",
            "Meant for another port of the same host.",
            "lobby-1.example.com",
            5521,
        ),
        (
            "beginning_of_host",
            "The expected host is the beginning of the target.",
            "lobby-1.example",
            5520,
        ),
        (
            "two_trailing_dots",
            "Only one trailing dot does not count.",
            "lobby-1.example.com..",
            5520,
        ),
        (
            "empty_expected_host",
            "An empty expectation is none that fits.",
            "",
            5520,
        ),
    ];
    let mut all: Vec<_> = cases
        .map(|(name, why, host, port)| elsewhere(name, why, &referral, host, port))
        .into();
    let why = "The Kelvin sign becomes a k in small letters, and is none.";
    all.push(elsewhere(
        "kelvin_sign",
        why,
        &kelvin,
        "kelvin.example.com",
        5520,
    ));
    let why = "Only the case of ASCII letters does not count.";
    all.push(elsewhere("umlaut", why, &umlaut, "bücher.example", 5520));
    all
}

fn entrypoints() -> Vec<Vector> {
    let ticket = ticket();
    let portless = Stated {
        port: 0,
        ..ticket.clone()
    };
    let hostless = Stated {
        host: String::new(),
        ..ticket.clone()
    };
    let (host, other) = ("play.example.com", "eu.example.com");
    let at = elsewhere;
    vec![
        at(
            "ticket_for_other_host",
            "A ticket for another entrypoint.",
            &ticket,
            other,
            5520,
        ),
        at(
            "ticket_for_other_port",
            "A ticket for another port of the entrypoint.",
            &ticket,
            host,
            5521,
        ),
        at(
            "ticket_for_any_port_of_other_host",
            "The host counts where the port does not.",
            &portless,
            other,
            5520,
        ),
        at(
            "ticket_for_other_port_of_any_host",
            "The port counts where the host does not.",
            &hostless,
            host,
            5521,
        ),
    ]
}

/// Shown where another target is expected.
fn elsewhere(name: &str, why: &str, stated: &Stated, host: &str, port: u16) -> Vector {
    let expect = Expect {
        host: Some(host.to_owned()),
        port: Some(port),
        ..exactly(stated)
    };
    refuses("target", name, why, &bytes_of(stated), T, expect)
}

fn holders() -> Vec<Vector> {
    let expect = exactly(&referral());
    let other_player = Expect {
        player: Some("5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5e".to_owned()),
        ..expect.clone()
    };
    let zero_player = Expect {
        player: Some("00000000-0000-0000-0000-000000000000".to_owned()),
        ..expect.clone()
    };
    let other_certificate = Expect {
        certificate: Some("11".repeat(32)),
        ..expect.clone()
    };
    let zero_certificate = Expect {
        certificate: Some("00".repeat(32)),
        ..expect
    };
    let playerless = Stated {
        player: None,
        ..referral()
    };
    let bare = Stated {
        certificate: None,
        ..referral()
    };
    let at = |code, name, why, stated: &Stated, expect| {
        refuses(code, name, why, &bytes_of(stated), T, expect)
    };
    vec![
        at(
            "player",
            "other_player",
            "Shown by another player.",
            &referral(),
            other_player,
        ),
        at(
            "player",
            "player_unknown",
            "A player is expected and the envelope knows none.",
            &playerless,
            exactly(&referral()),
        ),
        at(
            "player",
            "player_unknown_is_not_zero",
            "No player is not the player of all zeros.",
            &playerless,
            zero_player,
        ),
        at(
            "certificate",
            "other_certificate",
            "Shown over a connection with another certificate.",
            &referral(),
            other_certificate,
        ),
        at(
            "certificate",
            "certificate_unknown",
            "A certificate is expected and the envelope knows none.",
            &bare,
            exactly(&referral()),
        ),
        at(
            "certificate",
            "certificate_unknown_is_not_zero",
            "No certificate is not the one of all zeros.",
            &bare,
            zero_certificate,
        ),
    ]
}
