//! Envelopes that open.

use super::file::{Expect, Stated, Vector};
use super::make::{
    KEY_3_ENDS, KEY_4_BEGINS, KEY_5_ENDS, LIFETIME, SKEW, T, ed25519, exactly, opens, referral,
    ticket, under,
};

/// What is not said about the player and the certificate.
fn anybody(stated: &Stated) -> Expect {
    Expect {
        player: None,
        certificate: None,
        ..exactly(stated)
    }
}

pub(crate) fn vectors() -> Vec<Vector> {
    [plain(), sizes(), texts(), times(), expectations(), keys()].concat()
}

/// Opens one second after it was issued and is expected as it is.
fn same(name: &str, why: &str, stated: Stated) -> Vector {
    let expect = exactly(&stated);
    opens(name, why, stated, T + 1_000, expect)
}

fn plain() -> Vec<Vector> {
    vec![
        same(
            "referral_hmac",
            "A referral signed with HMAC-SHA256.",
            referral(),
        ),
        same(
            "referral_ed25519",
            "A referral signed with Ed25519.",
            ed25519(referral()),
        ),
        same("ticket_hmac", "A ticket signed with HMAC-SHA256.", ticket()),
        same(
            "ticket_ed25519",
            "A ticket signed with Ed25519.",
            ed25519(ticket()),
        ),
    ]
}

fn sizes() -> Vec<Vector> {
    let shortest_referral = Stated {
        player: None,
        certificate: None,
        host: "a".to_owned(),
        port: 1,
        route: String::new(),
        source: String::new(),
        content: String::new(),
        ..referral()
    };
    let shortest_ticket = Stated {
        kind: "ticket".to_owned(),
        host: String::new(),
        port: 0,
        ..shortest_referral.clone()
    };
    // 98 bytes of header, the three texts of the referral, and the signature.
    let texts = referral().host.len() + referral().route.len() + referral().source.len();
    let filled = |signature: usize| "c5".repeat(4096 - 98 - texts - signature);
    let full_hmac = Stated {
        content: filled(32),
        ..referral()
    };
    let full_ed25519 = Stated {
        content: filled(64),
        ..ed25519(referral())
    };
    let longest = Stated {
        hops: 255,
        host: "h".repeat(256),
        port: 65_535,
        route: "r".repeat(255),
        source: "s".repeat(255),
        ..referral()
    };
    let every_byte = Stated {
        content: hex::encode((0..=255).collect::<Vec<u8>>()),
        ..referral()
    };
    vec![
        same(
            "shortest_referral",
            "One byte of host, nothing else, 131 bytes.",
            shortest_referral,
        ),
        same(
            "shortest_ticket",
            "No target at all, 130 bytes.",
            shortest_ticket,
        ),
        same(
            "full_size_hmac",
            "4096 bytes, the most that is allowed.",
            full_hmac,
        ),
        same(
            "full_size_ed25519",
            "4096 bytes, the most that is allowed.",
            full_ed25519,
        ),
        same(
            "longest_texts",
            "The longest host, route and source, the highest port and hops.",
            longest,
        ),
        same(
            "content_of_every_byte",
            "Content is bytes, not text.",
            every_byte,
        ),
    ]
}

fn texts() -> Vec<Vector> {
    let unicode = Stated {
        host: "bücher.example".to_owned(),
        route: "大厅/🎮".to_owned(),
        source: "Спавн".to_owned(),
        ..referral()
    };
    let dotted = Stated {
        host: "lobby-1.example.com.".to_owned(),
        ..referral()
    };
    let address = Stated {
        host: "2001:db8::7".to_owned(),
        ..referral()
    };
    let named = |host: &str| Stated {
        host: host.to_owned(),
        ..referral()
    };
    let expecting = |host: &str| Expect {
        host: Some(host.to_owned()),
        ..exactly(&referral())
    };
    vec![
        same(
            "unicode_texts",
            "Texts are UTF-8, their lengths are in bytes.",
            unicode,
        ),
        same(
            "address_as_host",
            "The target may be an IP address.",
            address,
        ),
        opens(
            "host_in_capitals",
            "Hosts are compared without regard to ASCII case.",
            referral(),
            T,
            expecting("LOBBY-1.Example.COM"),
        ),
        opens(
            "target_in_capitals",
            "The target is in capitals and the expected host is not.",
            named("LOBBY-1.EXAMPLE.COM"),
            T,
            expecting("lobby-1.example.com"),
        ),
        opens(
            "host_of_a_z",
            "Both ends of the alphabet have a case.",
            named("AZ.example.com"),
            T,
            expecting("az.example.com"),
        ),
        opens(
            "expected_host_with_trailing_dot",
            "One trailing dot of the expected host does not count.",
            referral(),
            T,
            expecting("lobby-1.example.com."),
        ),
        opens(
            "host_with_trailing_dot",
            "One trailing dot of the target does not count.",
            dotted,
            T,
            expecting("lobby-1.example.com"),
        ),
    ]
}

fn times() -> Vec<Vector> {
    let at = |name, why, now, clock_skew_ms| {
        let expect = Expect {
            clock_skew_ms,
            ..exactly(&referral())
        };
        opens(name, why, referral(), now, expect)
    };
    let long_lived = Stated {
        expires_at: 253_402_300_799_999,
        ..referral()
    };
    vec![
        at(
            "last_millisecond",
            "One millisecond before it expires.",
            T + LIFETIME - 1,
            SKEW,
        ),
        at(
            "at_the_skew",
            "Issued exactly the clock skew ahead of the reader's clock.",
            T - SKEW,
            SKEW,
        ),
        at("no_skew", "Issued now, by clocks that must agree.", T, 0),
        same(
            "long_lived",
            "Expires at the end of the year 9999.",
            long_lived,
        ),
    ]
}

fn expectations() -> Vec<Vector> {
    let stranger = Stated {
        player: None,
        certificate: None,
        ..referral()
    };
    let nowhere = Stated {
        host: String::new(),
        port: 0,
        ..ticket()
    };
    let any_port = Stated {
        port: 0,
        ..ticket()
    };
    let any_host = Stated {
        host: String::new(),
        ..ticket()
    };
    let any_target = Expect {
        host: None,
        port: None,
        ..exactly(&referral())
    };
    let any_player = Expect {
        player: None,
        ..exactly(&referral())
    };
    let any_certificate = Expect {
        certificate: None,
        ..exactly(&referral())
    };
    vec![
        opens(
            "any_target",
            "The target is not checked.",
            referral(),
            T,
            any_target,
        ),
        opens(
            "any_player",
            "The player is known and not checked.",
            referral(),
            T,
            any_player,
        ),
        opens(
            "any_certificate",
            "The certificate is known and not checked.",
            referral(),
            T,
            any_certificate,
        ),
        opens(
            "unknown_player_and_certificate",
            "Neither is known, neither is checked.",
            stranger.clone(),
            T,
            anybody(&stranger),
        ),
        opens(
            "ticket_for_any_entrypoint",
            "A ticket without host and port may be shown to any entrypoint.",
            nowhere,
            T,
            exactly(&ticket()),
        ),
        opens(
            "ticket_for_any_port",
            "Port 0 of a ticket is every port.",
            any_port,
            T,
            exactly(&ticket()),
        ),
        opens(
            "ticket_for_any_host",
            "The empty host of a ticket is every host.",
            any_host,
            T,
            exactly(&ticket()),
        ),
    ]
}

fn keys() -> Vec<Vector> {
    let at = |name, why, key_id, now| {
        let expect = exactly(&referral());
        opens(name, why, under(key_id, referral()), now, expect)
    };
    vec![
        at(
            "shortest_secret",
            "A secret of 16 bytes, the fewest, under key id 0.",
            0,
            T,
        ),
        at(
            "long_secret",
            "A secret longer than the block of SHA-256, under key id 255.",
            255,
            T,
        ),
        at("key_begins", "not_before is inclusive.", 3, T),
        at(
            "key_ends_next",
            "One millisecond before not_after.",
            3,
            KEY_3_ENDS - 1,
        ),
        at(
            "key_without_end",
            "The first millisecond of a key that has no end.",
            4,
            KEY_4_BEGINS,
        ),
        at(
            "key_without_beginning",
            "The last millisecond of a key that has no beginning.",
            5,
            KEY_5_ENDS - 1,
        ),
    ]
}
