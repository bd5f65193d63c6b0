//! Envelopes with one thing changed.

use ed25519_dalek::Verifier as _;
use hyrouter_referral::{Envelope, ParseError, open};
use sha2::{Digest as _, Sha512};

use super::{anything, ed25519, hmac, keys, now, seal, secret_text, statement};

#[test]
fn every_flipped_bit_is_found() {
    for key in [hmac(), ed25519()] {
        let bytes = seal(&statement(), &key);
        assert!(open(&bytes, &keys(), &anything(), now()).is_ok());
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let error = open(&forged, &keys(), &anything(), now()).unwrap_err();
            // The signature or the layout refuses it, not an expectation that happens to differ.
            let codes = ["malformed", "unknown_key", "algorithm", "signature"];
            assert!(codes.contains(&error.code().as_str()), "bit {bit}: {error}");
        }
    }
}

#[test]
fn every_other_length_is_malformed() {
    for key in [hmac(), ed25519()] {
        let mut bytes = seal(&statement(), &key);
        for len in 0..bytes.len() {
            let error = open(&bytes[..len], &keys(), &anything(), now()).unwrap_err();
            assert_eq!(error.code().as_str(), "malformed", "{len}");
        }
        while bytes.len() < 5_000 {
            bytes.push(0);
            assert!(Envelope::parse(&bytes).is_err(), "{}", bytes.len());
        }
        assert_eq!(
            Envelope::parse(&bytes),
            Err(ParseError::TooLong { len: 5_000 })
        );
    }
}

/// The holder of a seed can sign with the neutral point as the first half, and by the equation of RFC 8032 it fits. A
/// strict verifier takes no point of small order.
#[test]
fn a_signature_with_a_point_of_small_order_is_refused() {
    let key = ed25519_dalek::SigningKey::from_bytes(secret_text().as_bytes().try_into().unwrap());
    let mut forged = seal(&statement(), &ed25519());
    let signature = forged.len() - 64;
    let mut point = [0; 32];
    point[0] = 1;

    // s = H(R, A, M) a modulo the order, the hash read as one number, lowest byte first.
    let hash = Sha512::new()
        .chain_update(point)
        .chain_update(key.verifying_key())
        .chain_update(&forged[..signature])
        .finalize();
    let a = key.to_scalar();
    let number = |byte: u64| like(&a, byte);
    let hash = hash.iter().rev().fold(number(0), |sum, byte| {
        sum * number(256) + number(u64::from(*byte))
    });
    forged[signature..signature + 32].copy_from_slice(&point);
    forged[signature + 32..].copy_from_slice((hash * a).as_bytes());

    let lenient = ed25519_dalek::Signature::from_slice(&forged[signature..]).unwrap();
    assert!(
        key.verifying_key()
            .verify(&forged[..signature], &lenient)
            .is_ok()
    );
    let error = open(&forged, &keys(), &anything(), now()).unwrap_err();
    assert_eq!(error.code().as_str(), "signature");
}

/// A number of a type that has no name here.
fn like<T: From<u64>>(_: &T, number: u64) -> T {
    number.into()
}
