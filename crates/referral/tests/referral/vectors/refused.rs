//! Envelopes that are signed rightly and refused for what they say.

use super::file::{Expect, Stated, Vector, bytes};
use super::make::{CERTIFICATE, LIFETIME, SKEW, T, bytes_of, exactly, referral, refuses, ticket};
use super::targets;

pub(crate) fn vectors() -> Vec<Vector> {
    [
        kinds(),
        times(),
        targets::vectors(),
        players(),
        certificates(),
    ]
    .concat()
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

/// The referral, or one that knows less, where something else is expected.
fn at(code: &str, name: &str, why: &str, stated: &Stated, expect: Expect) -> Vector {
    refuses(code, name, why, &bytes_of(stated), T, expect)
}

fn players() -> Vec<Vector> {
    let expecting = |player: &str| Expect {
        player: Some(player.to_owned()),
        ..exactly(&referral())
    };
    let playerless = Stated {
        player: None,
        ..referral()
    };
    vec![
        at(
            "player",
            "other_player",
            "Shown by another player.",
            &referral(),
            expecting("5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5e"),
        ),
        at(
            "player",
            "other_player_first_byte",
            "A player who differs in the first byte alone.",
            &referral(),
            expecting("5a1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f"),
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
            expecting("00000000-0000-0000-0000-000000000000"),
        ),
    ]
}

fn certificates() -> Vec<Vector> {
    let expecting = |certificate: [u8; 32]| Expect {
        certificate: Some(hex::encode(certificate)),
        ..exactly(&referral())
    };
    let but = |index: usize| {
        let mut certificate = bytes::<32>(CERTIFICATE);
        certificate[index] ^= 1;
        expecting(certificate)
    };
    let bare = Stated {
        certificate: None,
        ..referral()
    };
    vec![
        at(
            "certificate",
            "other_certificate",
            "Shown over a connection with another certificate.",
            &referral(),
            expecting([0x11; 32]),
        ),
        at(
            "certificate",
            "other_certificate_first_byte",
            "A certificate that differs in the first byte alone.",
            &referral(),
            but(0),
        ),
        at(
            "certificate",
            "other_certificate_last_byte",
            "A certificate that differs in the last byte alone.",
            &referral(),
            but(31),
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
            expecting([0; 32]),
        ),
    ]
}
