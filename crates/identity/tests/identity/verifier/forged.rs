//! Tokens that were made without the key.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyrouter_identity::{KeySet, TokenPolicy, TokenRefusal, TokenVerifier};
use serde_json::json;

use super::fixture::{HEADER, Key, base64url, payload, payload_with, trusted, verify};

/// The order of the group of Ed25519, little endian: 2^252 + 27742317777372353535851937790883648493.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn the_public_key_is_not_accepted_as_a_shared_secret() {
    let (key, verifier) = trusted();
    let secrets = [
        key.pair.public_key().as_ref().to_vec(),
        key.x().into_bytes(),
        key.jwk().to_string().into_bytes(),
    ];
    for secret in secrets {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        for (alg, refusal) in [
            ("HS256", TokenRefusal::Algorithm),
            ("EdDSA", TokenRefusal::Signature),
        ] {
            let header = json!({ "alg": alg, "kid": "k1" }).to_string();
            let signed = format!("{}.{}", base64url(header), base64url(payload().to_string()));
            let tag = hmac::sign(&secret, signed.as_bytes());
            let token = format!("{signed}.{}", base64url(tag));
            assert_eq!(verify(&verifier, &token), Err(refusal), "{alg}");
        }
    }
}

#[test]
fn a_signature_is_required() {
    let (key, verifier) = trusted();
    let good = key.token(&payload());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    for wrong in [
        Vec::new(),
        vec![0; 32],
        vec![0; 64],
        vec![0xff; 64],
        bytes[..63].to_vec(),
        [&bytes[..], &[0]].concat(),
        [&bytes[..], &bytes[..]].concat(),
    ] {
        let token = format!("{signed}.{}", base64url(&wrong));
        assert_eq!(
            verify(&verifier, &token),
            Err(TokenRefusal::Signature),
            "{wrong:?}"
        );
    }
    let header = r#"{"alg":"none","kid":"k1"}"#;
    let none = format!(
        "{}.{}.",
        base64url(header),
        base64url(payload().to_string())
    );
    assert_eq!(verify(&verifier, &none), Err(TokenRefusal::Algorithm));
}

/// Checks that a signature plus the order of the group is refused, although its equation holds.
#[test]
fn a_signature_has_one_form() {
    let (key, verifier) = trusted();
    let good = key.token(&payload());
    assert!(verify(&verifier, &good).is_ok());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = (sum & 0xff).try_into().unwrap();
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    let token = format!("{signed}.{}", base64url(bytes));
    assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Signature));
}

#[test]
fn a_key_in_the_token_is_ignored() {
    let (_, verifier) = trusted();
    let thief = Key::new("k1");
    for (kid, refusal) in [
        ("k1", TokenRefusal::Signature),
        ("thief", TokenRefusal::UnknownKey),
    ] {
        let header = json!({
            "alg": "EdDSA", "kid": kid, "jwk": thief.jwk(), "jku": "https://example.org/jwks.json",
            "x5u": "https://example.org/chain.pem", "x5c": [thief.x()],
        });
        let token = thief.sign(header.to_string(), payload().to_string());
        assert_eq!(verify(&verifier, &token), Err(refusal), "{kid}");
    }
}

#[test]
fn parts_of_two_good_tokens_are_no_token() {
    let (key, verifier) = trusted();
    let one = key.token(&payload());
    let two = key.token(&payload_with(
        "sub",
        json!("00000000-0000-0000-0000-000000000000"),
    ));
    assert!(verify(&verifier, &one).is_ok() && verify(&verifier, &two).is_ok());
    let (signed, _) = one.rsplit_once('.').unwrap();
    let (_, signature) = two.rsplit_once('.').unwrap();
    let token = format!("{signed}.{signature}");
    assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Signature));
    let other_header = base64url(r#"{"alg":"Ed25519","kid":"k1"}"#);
    let (_, rest) = one.split_once('.').unwrap();
    let token = format!("{other_header}.{rest}");
    assert_eq!(verify(&verifier, &token), Err(TokenRefusal::Signature));
}

/// Checks that spare bits of base64url are refused, signed or not: they would give one token many texts, and a cache
/// many entries.
#[test]
fn bits_to_spare_are_zero() {
    let (key, verifier) = trusted();
    let good = key.token(&payload());
    let stem = &good[..good.len() - 1];
    let last = good.chars().last().unwrap();
    // 86 characters have 516 bits, and 64 bytes have 512: only these four have zeros in the last four bits.
    assert!("AQgw".contains(last), "{last}");
    for other in "BCDEFGHIJKLMNOPRSTUVWXYZabcdefhijklmnopqrstuvxyz0123456789-_".chars() {
        let token = format!("{stem}{other}");
        assert_eq!(
            verify(&verifier, &token),
            Err(TokenRefusal::Malformed),
            "{other}"
        );
    }

    let body = base64url(format!("{}  ", payload()));
    for spaces in ["", " ", "  "] {
        let header = base64url(format!("{HEADER}{spaces}"));
        let token = key.sign_text(&format!("{header}.{body}"));
        assert_eq!(verify(&verifier, &token).err(), None, "{header}");
        if header.len().is_multiple_of(4) {
            continue;
        }
        let token = key.sign_text(&format!("{}.{body}", with_spare_bit(&header)));
        assert_eq!(
            verify(&verifier, &token),
            Err(TokenRefusal::Malformed),
            "{header}"
        );
    }
    for spaces in ["", " ", "  "] {
        let body = base64url(format!("{}{spaces}", payload()));
        if body.len().is_multiple_of(4) {
            continue;
        }
        let token = key.sign_text(&format!("{}.{}", base64url(HEADER), with_spare_bit(&body)));
        assert_eq!(
            verify(&verifier, &token),
            Err(TokenRefusal::Malformed),
            "{body}"
        );
    }
}

/// Returns a text that a lenient decoder, which ignores the lowest bit, decodes to the same bytes.
fn with_spare_bit(part: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (stem, last) = part.split_at(part.len() - 1);
    let place = ALPHABET.find(last).unwrap();
    assert!(place.is_multiple_of(2));
    format!("{stem}{}", &ALPHABET[place + 1..place + 2])
}

/// Checks that points of small order are refused. For such a point, the signature `R = [0]B + h[-A]` is valid for one
/// message in `order` without the private key: `h` is the hash, and a nonce in the payload makes a new message. Each
/// set also has a sound key, so that the set is accepted.
#[test]
fn a_point_of_small_order_verifies_no_signature() {
    let identity = [&[1][..], &[0; 31]].concat();
    let zero = vec![0; 32];
    for weak in [&zero, &identity] {
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "weak", "x": base64url(weak) });
        let set = json!({ "keys": [jwk, Key::new("k1").jwk()] }).to_string();
        let verifier = TokenVerifier::new(TokenPolicy::default());
        verifier.replace_keys(KeySet::parse(set.as_bytes()).unwrap());
        for try_number in 0..32 {
            let header = r#"{"alg":"EdDSA","kid":"weak"}"#;
            let payload = payload_with("jti", json!(try_number)).to_string();
            let signature = [&identity[..], &zero[..]].concat();
            let signed = format!("{}.{}", base64url(header), base64url(payload));
            let token = format!("{signed}.{}", base64url(signature));
            assert_eq!(
                verify(&verifier, &token),
                Err(TokenRefusal::UnknownKey),
                "try {try_number}"
            );
        }
    }
}
