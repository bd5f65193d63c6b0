//! Envelopes that are signed rightly and meant for another target.

use super::file::{Expect, Stated, Vector};
use super::make::{T, bytes_of, exactly, referral, refuses, ticket};

pub(crate) fn vectors() -> Vec<Vector> {
    [targets(), entrypoints()].concat()
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
            "end_of_host",
            "The target is the end of the expected host.",
            "eu.lobby-1.example.com",
            5520,
        ),
        (
            "host_behind_the_expected",
            "The expected host is the end of the target.",
            "example.com",
            5520,
        ),
        (
            "leading_dot",
            "A dot at the beginning counts.",
            ".lobby-1.example.com",
            5520,
        ),
        (
            "blank_around_host",
            "A blank is a character like others.",
            " lobby-1.example.com",
            5520,
        ),
        (
            "only_a_dot",
            "A dot alone is as good as empty, and an empty expectation is none that fits.",
            ".",
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
    all.extend(beside_the_alphabet());
    all
}

/// The characters next to A and Z differ from others by the bit that is the case of a letter.
fn beside_the_alphabet() -> [Vector; 2] {
    let cases = [
        (
            "host_at_sign",
            "The at sign is no capital grave accent.",
            ["lobby@1.example.com", "lobby`1.example.com"],
        ),
        (
            "host_bracket",
            "The bracket is no capital brace.",
            ["lobby[1.example.com", "lobby{1.example.com"],
        ),
    ];
    cases.map(|(name, why, [host, expected])| {
        let stated = Stated {
            host: host.to_owned(),
            ..referral()
        };
        elsewhere(name, why, &stated, expected, 5520)
    })
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
