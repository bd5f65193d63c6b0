//! Envelopes whose key or signature is wrong.

use super::file::{Stated, Vector};
use super::make::{
    KEY_3_ENDS, KEY_4_BEGINS, KEY_5_ENDS, T, bytes_of, ed25519, exactly, key, referral, refuses,
    under,
};
use super::points;
use super::raw::{Raw, add_group_order, hmac, sign};

pub(crate) fn vectors() -> Vec<Vector> {
    [keys(), signatures(), points::vectors()].concat()
}

/// Bytes that are refused though nothing but their signature and key is wrong.
fn bytes(code: &str, name: &str, why: &str, envelope: &[u8]) -> Vector {
    refuses(code, name, why, envelope, T, exactly(&referral()))
}

fn keys() -> Vec<Vector> {
    let at = |name, why, key_id, now| {
        let envelope = bytes_of(&under(key_id, referral()));
        refuses(
            "key_not_valid",
            name,
            why,
            &envelope,
            now,
            exactly(&referral()),
        )
    };
    let unknown = Stated {
        key_id: 9,
        ..referral()
    };
    let known = |stated: Stated| Raw::of(&stated).unsigned();
    let public = hex::decode(key(2).public.unwrap()).unwrap();
    let confused = known(Stated {
        key_id: 2,
        ..referral()
    });
    let ed25519_under_hmac = known(Stated {
        key_id: 1,
        ..ed25519(referral())
    });
    vec![
        bytes(
            "unknown_key",
            "unknown_key",
            "No key has this id.",
            &sign(known(unknown), &key(1)),
        ),
        at(
            "key_not_yet_valid",
            "One millisecond before not_before; the clock skew is not for keys.",
            3,
            T - 1,
        ),
        at("key_over", "not_after is exclusive.", 3, KEY_3_ENDS),
        at(
            "key_4_not_yet_valid",
            "One millisecond before the beginning of a key without end.",
            4,
            KEY_4_BEGINS - 1,
        ),
        at(
            "key_5_over",
            "The end of a key without beginning.",
            5,
            KEY_5_ENDS,
        ),
        bytes(
            "algorithm",
            "public_key_as_hmac_secret",
            "A forger who knows the Ed25519 public key signs with it as if it were an HMAC secret.",
            &hmac(confused, &public),
        ),
        bytes(
            "algorithm",
            "ed25519_under_hmac_key",
            "Signed with Ed25519 by anybody, under the id of an HMAC key.",
            &sign(ed25519_under_hmac, &key(2)),
        ),
    ]
}

fn signatures() -> Vec<Vector> {
    let changed = |at: usize, stated: Stated| {
        let mut envelope = bytes_of(&stated);
        envelope[at] ^= 1;
        envelope
    };
    let (hmac, ed) = (referral, || ed25519(referral()));
    let last = bytes_of(&hmac()).len() - 1;
    let unsigned = Raw::of(&hmac()).unsigned();
    let ed_unsigned = Raw::of(&ed()).unsigned();
    let zeros = |mut envelope: Vec<u8>, len| {
        envelope.resize(envelope.len() + len, 0);
        envelope
    };
    let wrong = |name, why, envelope: &[u8]| bytes("signature", name, why, envelope);
    vec![
        wrong(
            "other_secret",
            "Signed with another secret than that of its key id.",
            &sign(unsigned.clone(), &key(3)),
        ),
        wrong(
            "other_ed25519_key",
            "Signed with another Ed25519 key than that of its key id.",
            &sign(ed_unsigned.clone(), &key(4)),
        ),
        wrong(
            "hmac_of_zeros",
            "No signature at all.",
            &zeros(unsigned, 32),
        ),
        wrong(
            "ed25519_of_zeros",
            "No signature at all.",
            &zeros(ed_unsigned, 64),
        ),
        wrong(
            "hops_changed",
            "The hops were changed.",
            &changed(9, hmac()),
        ),
        wrong(
            "expiry_changed",
            "The player wants to live longer.",
            &changed(24, hmac()),
        ),
        wrong(
            "player_changed",
            "Another player shows it.",
            &changed(57, hmac()),
        ),
        wrong(
            "host_changed",
            "The target was changed.",
            &changed(98, ed()),
        ),
        wrong(
            "content_changed",
            "The content was changed.",
            &changed(last - 32, hmac()),
        ),
        wrong(
            "signature_changed",
            "The last bit of the signature was changed.",
            &changed(last, hmac()),
        ),
        wrong(
            "signature_first_byte_changed",
            "A bit of the first byte of the signature was changed.",
            &changed(last - 31, hmac()),
        ),
        wrong(
            "signature_middle_changed",
            "A bit in the middle of the signature was changed.",
            &changed(last - 15, hmac()),
        ),
        wrong(
            "ed25519_changed",
            "A bit of the point of the signature was changed.",
            &changed(last - 31, ed()),
        ),
        wrong(
            "ed25519_scalar_out_of_range",
            "The group order was added to the scalar: equal modulo the order, and still another signature.",
            &add_group_order(bytes_of(&ed())),
        ),
    ]
}
