//! What all vectors begin from: the keys, one referral, one ticket, and what a backend expects of them.

use super::file::{Expect, File, Key, Stated, Vector};
use super::raw::Raw;
use super::{forged, malformed, opened, orders, refused, replays, verified};

/// 15 January 2027, in milliseconds.
pub(crate) const T: u64 = 1_800_000_000_000;
pub(crate) const LIFETIME: u64 = 60_000;
pub(crate) const SKEW: u64 = 30_000;

/// Key 3 is valid from T until this.
pub(crate) const KEY_3_ENDS: u64 = T + 30_000;
/// Key 4 is valid from here on.
pub(crate) const KEY_4_BEGINS: u64 = T + 10_000;
/// Key 5 is valid until this.
pub(crate) const KEY_5_ENDS: u64 = T + 20_000;

pub(crate) const PLAYER: &str = "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f";
pub(crate) const CERTIFICATE: &str =
    "6bb2b41c7148d248933a1f8ff9c522dc60a55a6af623524450c764ddaee6df56";

pub(crate) fn file() -> File {
    let mut vectors = opened::vectors();
    vectors.extend(malformed::vectors());
    vectors.extend(forged::vectors());
    vectors.extend(refused::vectors());
    vectors.extend(verified::vectors());
    vectors.extend(orders::vectors());
    File {
        version: 2,
        keys: keys(),
        vectors,
        replays: replays::replays(),
    }
}

fn keys() -> Vec<Key> {
    let hmac = |id, secret: &[u8]| Key {
        id,
        algorithm: "hmac-sha256".to_owned(),
        secret: Some(hex::encode(secret)),
        ..Key::default()
    };
    let ed25519 = |id, seed: [u8; 32]| {
        let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
        Key {
            id,
            algorithm: "ed25519".to_owned(),
            seed: Some(hex::encode(seed)),
            public: Some(hex::encode(public.as_bytes())),
            ..Key::default()
        }
    };
    vec![
        hmac(1, &run::<32>(0x10)),
        ed25519(2, run(0x40)),
        Key {
            not_before: Some(T),
            not_after: Some(KEY_3_ENDS),
            ..hmac(3, &run::<32>(0x70))
        },
        Key {
            not_before: Some(KEY_4_BEGINS),
            ..ed25519(4, run(0x80))
        },
        Key {
            not_after: Some(KEY_5_ENDS),
            ..hmac(5, &run::<20>(0xb0))
        },
        hmac(0, &run::<16>(0)),
        hmac(255, &run::<100>(0x20)),
    ]
}

/// So many bytes, counting up.
fn run<const N: usize>(from: u8) -> [u8; N] {
    let mut byte = from;
    [(); N].map(|()| {
        byte = byte.wrapping_add(1);
        byte.wrapping_sub(1)
    })
}

pub(crate) fn key(id: u8) -> Key {
    keys().into_iter().find(|key| key.id == id).unwrap()
}

pub(crate) fn referral() -> Stated {
    Stated {
        kind: "referral".to_owned(),
        hops: 0,
        key_id: 1,
        algorithm: "hmac-sha256".to_owned(),
        issued_at: T,
        expires_at: T + LIFETIME,
        nonce: "f0e1d2c3b4a5968778695a4b3c2d1e0f".to_owned(),
        player: Some(PLAYER.to_owned()),
        verified: false,
        certificate: Some(CERTIFICATE.to_owned()),
        host: "lobby-1.example.com".to_owned(),
        port: 5520,
        route: "lobby".to_owned(),
        source: "play.example.com".to_owned(),
        content: hex::encode("party=12"),
    }
}

pub(crate) fn ticket() -> Stated {
    Stated {
        kind: "ticket".to_owned(),
        hops: 2,
        host: "play.example.com".to_owned(),
        route: "arena".to_owned(),
        source: "lobby-1".to_owned(),
        content: hex::encode("{\"wish\":\"arena\"}"),
        ..referral()
    }
}

/// The same under the Ed25519 key.
pub(crate) fn ed25519(stated: Stated) -> Stated {
    under(2, stated)
}

pub(crate) fn under(key_id: u8, stated: Stated) -> Stated {
    Stated {
        key_id,
        algorithm: key(key_id).algorithm,
        ..stated
    }
}

/// Expects everything that is stated, and may not know less than that.
pub(crate) fn exactly(stated: &Stated) -> Expect {
    Expect {
        kind: stated.kind.clone(),
        host: Some(stated.host.clone()),
        port: Some(stated.port),
        player: stated.player.clone(),
        verified: stated.verified,
        certificate: stated.certificate.clone(),
        clock_skew_ms: SKEW,
    }
}

pub(crate) fn bytes_of(stated: &Stated) -> Vec<u8> {
    Raw::of(stated).signed(&key(stated.key_id))
}

/// A vector that opens.
pub(crate) fn opens(name: &str, why: &str, stated: Stated, now: u64, expect: Expect) -> Vector {
    Vector {
        envelope: hex::encode(bytes_of(&stated)),
        statement: Some(stated),
        ..refuses("ok", name, why, &[], now, expect)
    }
}

pub(crate) fn refuses(
    code: &str,
    name: &str,
    why: &str,
    envelope: &[u8],
    now: u64,
    expect: Expect,
) -> Vector {
    Vector {
        name: name.to_owned(),
        why: why.to_owned(),
        envelope: hex::encode(envelope),
        now,
        expect,
        result: code.to_owned(),
        statement: None,
    }
}
