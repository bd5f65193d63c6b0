//! Bytes that are no envelope of version 2. All are signed rightly where they can be, so that nothing else is wrong.

use super::file::{Stated, Vector};
use super::make::{T, exactly, key, referral, refuses, ticket};
use super::raw::{Raw, hmac};

fn bytes(name: &str, why: &str, envelope: &[u8]) -> Vector {
    refuses("malformed", name, why, envelope, T, exactly(&referral()))
}

/// The referral with something wrong in it.
fn with(name: &str, why: &str, change: impl FnOnce(&mut Raw)) -> Vector {
    let mut raw = Raw::of(&referral());
    change(&mut raw);
    bytes(name, why, &raw.signed(&key(1)))
}

pub(crate) fn vectors() -> Vec<Vector> {
    let mut all = lengths();
    all.extend(header());
    all.extend(fields());
    all
}

fn lengths() -> Vec<Vector> {
    let good = Raw::of(&referral()).signed(&key(1));
    let longer = [&good[..], &[0]].concat();
    let texts = referral().host.len() + referral().route.len() + referral().source.len();
    let too_much = vec![0; 4096 - 98 - 32 - texts + 1];
    vec![
        bytes("empty", "No bytes at all.", &[]),
        bytes(
            "other_data",
            "Referral data that is no envelope.",
            b"plain referral data",
        ),
        bytes("magic_alone", "The bytes end behind the magic.", &good[..4]),
        bytes("header_cut", "One byte less than the header.", &good[..97]),
        bytes(
            "header_alone",
            "The bytes end behind the header.",
            &good[..98],
        ),
        bytes(
            "signature_cut",
            "One byte is missing at the end.",
            &good[..good.len() - 1],
        ),
        bytes("byte_behind", "One byte follows the signature.", &longer),
        with(
            "content_length_too_large",
            "The header tells of one byte more than there is.",
            |raw| {
                raw.content_lie = 1;
            },
        ),
        with(
            "content_length_too_small",
            "The header tells of one byte less than there is.",
            |raw| {
                raw.content_lie = u16::MAX;
            },
        ),
        with(
            "over_full_size",
            "4097 bytes whose lengths add up.",
            |raw| raw.content = too_much,
        ),
        with(
            "ed25519_length_of_hmac",
            "Says Ed25519 and has 32 bytes of signature.",
            |raw| {
                raw.algorithm = 2;
            },
        ),
    ]
}

fn header() -> Vec<Vector> {
    let mut version_1 = b"HYRP\x01\x01\x01".to_vec();
    version_1.extend(8_u16.to_le_bytes());
    version_1.extend(b"party=12");
    let secret = hex::decode(key(1).secret.unwrap()).unwrap();
    vec![
        bytes(
            "version_1",
            "A signed envelope of version 1.",
            &hmac(version_1, &secret),
        ),
        with("magic", "The magic is in small letters.", |raw| {
            raw.magic = *b"hyrp";
        }),
        with("version_0", "No such version.", |raw| raw.version = 0),
        with("version_3", "A version of the future.", |raw| {
            raw.version = 3;
        }),
        with("kind_0", "No such kind.", |raw| raw.kind = 0),
        with("kind_3", "No such kind.", |raw| raw.kind = 3),
        with("flag_3", "The lowest unknown flag.", |raw| {
            raw.flags |= 0x08;
        }),
        with("flag_4", "An unknown flag.", |raw| raw.flags |= 0x10),
        with("flag_5", "An unknown flag.", |raw| raw.flags |= 0x20),
        with("flag_6", "An unknown flag.", |raw| raw.flags |= 0x40),
        with("flag_7", "The highest unknown flag.", |raw| {
            raw.flags |= 0x80;
        }),
        with("algorithm_0", "No such algorithm.", |raw| raw.algorithm = 0),
        with("algorithm_3", "No such algorithm.", |raw| raw.algorithm = 3),
    ]
}

fn fields() -> Vec<Vector> {
    let mut stranger = Raw::of(&Stated {
        player: None,
        certificate: None,
        ..referral()
    });
    stranger.player[15] = 1;
    let player = stranger.signed(&key(1));
    stranger.player[15] = 0;
    stranger.certificate[0] = 1;
    let certificate = stranger.signed(&key(1));
    let mut ticket = Raw::of(&ticket());
    ticket.host = vec![b'h'; 257];
    vec![
        bytes(
            "player_behind_clear_flag",
            "Bytes of a player that the flags do not know.",
            &player,
        ),
        bytes(
            "certificate_behind_clear_flag",
            "Bytes of a certificate that the flags do not know.",
            &certificate,
        ),
        with("expires_when_issued", "It lives for no time.", |raw| {
            raw.expires_at = raw.issued_at;
        }),
        with(
            "expires_before_issued",
            "It is over before it begins.",
            |raw| raw.expires_at = raw.issued_at - 1,
        ),
        with("referral_without_host", "Refers to nowhere.", |raw| {
            raw.host.clear();
        }),
        with("referral_without_port", "Refers to port 0.", |raw| {
            raw.port = 0;
        }),
        with("host_of_257", "A host longer than 256 bytes.", |raw| {
            raw.host = vec![b'h'; 257];
        }),
        bytes(
            "ticket_host_of_257",
            "A host longer than 256 bytes, in a ticket.",
            &ticket.signed(&key(1)),
        ),
        with("host_not_utf8", "A byte that UTF-8 never has.", |raw| {
            raw.host = b"lobby\xff".to_vec();
        }),
        with("route_not_utf8", "Half of a character.", |raw| {
            raw.route = b"gr\xc3".to_vec();
        }),
        with(
            "source_not_utf8",
            "A surrogate, which UTF-8 does not encode.",
            |raw| {
                raw.source = b"\xed\xa0\x80".to_vec();
            },
        ),
        with(
            "host_overlong",
            "A dot in two bytes, which UTF-8 forbids.",
            |raw| raw.host = b"a\xc0\xaeb".to_vec(),
        ),
        with(
            "character_across_texts",
            "One character, half in the host and half in the route.",
            |raw| {
                raw.host = b"gr\xc3".to_vec();
                raw.route = b"\xbcn".to_vec();
            },
        ),
    ]
}
