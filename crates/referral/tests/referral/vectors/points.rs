//! Ed25519 signatures whose point the holder of the seed has chosen. A verifier that is not strict takes some of them,
//! and which ones differs from library to library.
//!
//! A signature is a point R and a number s. It fits when s B = R + k A, with the base point B, the public key A, and k
//! the hash of R, A and the message. Both sides times eight, the cofactor, is the same without what has a small order.

use sha2::{Digest as _, Sha512};

use super::file::{Vector, bytes};
use super::make::{T, ed25519, exactly, key, referral, refuses};
use super::raw::Raw;

const BASE: &str = "5866666666666666666666666666666666666666666666666666666666666666";
const ORDER_1: &str = "0100000000000000000000000000000000000000000000000000000000000000";
/// The same point: its y is the prime of the field plus one.
const ORDER_1_AGAIN: &str = "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
const ORDER_2: &str = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
const ORDER_4: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const ORDER_8: &str = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";

pub(crate) fn vectors() -> Vec<Vector> {
    let with = |name, why, point: &str, number| {
        let unsigned = Raw::of(&ed25519(referral())).unsigned();
        let envelope = sign_with(unsigned, bytes(point), number);
        refuses("signature", name, why, &envelope, T, exactly(&referral()))
    };
    vec![
        with(
            "ed25519_point_of_order_1",
            "It fits, with a point of order 1, and a strict verifier takes none of small order.",
            ORDER_1,
            0,
        ),
        with(
            "ed25519_point_of_order_2",
            "A point of order 2; it fits only when multiplied by eight.",
            ORDER_2,
            0,
        ),
        with(
            "ed25519_point_of_order_4",
            "A point of order 4; it fits only when multiplied by eight.",
            ORDER_4,
            0,
        ),
        with(
            "ed25519_point_of_order_8",
            "A point of order 8; it fits only when multiplied by eight.",
            ORDER_8,
            0,
        ),
        with(
            "ed25519_point_not_canonical",
            "The point of order 1 in its other encoding, which RFC 8032 does not decode.",
            ORDER_1_AGAIN,
            0,
        ),
        with(
            "ed25519_needs_the_cofactor",
            "A point of large order that fits only when multiplied by eight, which a strict verifier does not do.",
            &hex::encode(mixed(12_345)),
            12_345,
        ),
    ]
}

/// So many times the base point, and a point of order 8.
fn mixed(number: u64) -> [u8; 32] {
    let number = like(&signing().to_scalar(), number);
    let sum = point(&bytes(BASE)).to_edwards() * number + point(&bytes(ORDER_8)).to_edwards();
    sum.compress().to_bytes()
}

/// Appends the signature of key 2 with this point, which is `number` times the base point but for a small order.
fn sign_with(mut out: Vec<u8>, chosen: [u8; 32], number: u64) -> Vec<u8> {
    let key = signing();
    let hash = Sha512::new()
        .chain_update(chosen)
        .chain_update(key.verifying_key())
        .chain_update(&out)
        .finalize();
    let a = key.to_scalar();
    // The hash read as one number, lowest byte first.
    let hash = hash.iter().rev().fold(like(&a, 0), |sum, byte| {
        sum * like(&a, 256) + like(&a, u64::from(*byte))
    });
    let s = like(&a, number) + hash * a;
    let right = point(&chosen).to_edwards() + key.verifying_key().to_edwards() * hash;
    let difference = point(&bytes(BASE)).to_edwards() * s - right;
    assert!(
        difference.is_small_order(),
        "every verifier would refuse it"
    );
    out.extend(chosen);
    out.extend(s.to_bytes());
    out
}

fn signing() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&bytes(&key(2).seed.unwrap()))
}

/// A point in its encoding. That the library calls it a key does not matter.
fn point(encoded: &[u8; 32]) -> ed25519_dalek::VerifyingKey {
    ed25519_dalek::VerifyingKey::from_bytes(encoded).unwrap()
}

/// A number of a type that has no name here.
fn like<T: From<u64>>(_: &T, number: u64) -> T {
    number.into()
}
