//! Envelopes from outside: their exact bytes, what is refused, and that nothing forged passes.

use hyrouter_referral::v1::{
    EnvelopeError, EnvelopeV1, KeyRing, MAX_CONTENT_SIGNED, MAX_CONTENT_UNSIGNED, Sealer,
    VerifyError, open,
};
use hyrouter_referral::{MAX_ENVELOPE, Secret};
use proptest::prelude::*;

const KEY_ID: u8 = 3;

#[test]
fn unsigned_bytes_are_exact() {
    assert_eq!(
        hex::encode(seal(&Sealer::unsigned(0), b"")),
        "485952500100000000"
    );
    assert_eq!(
        hex::encode(seal(&Sealer::unsigned(9), b"abc")),
        "485952500100090300616263"
    );
}

#[test]
fn signed_bytes_are_exact() {
    // Signatures computed with Python's hmac module. HMAC hashes a key longer than its block of 64 bytes.
    let cases = [
        (
            "secret".to_owned(),
            "8af3347084a820a77e9b7ed86bc5b021c1c70d465b6410840a6db3f07a91aa51",
        ),
        (
            "k".repeat(64),
            "5e71b541a475686357874b466deddc5284c97346da3f8260477bf008469ded8d",
        ),
        (
            "k".repeat(65),
            "c877f9ee403220c7778ab552b7664c154db1c94302955424597dbaa6658cb600",
        ),
    ];
    for (secret, signature) in cases {
        let sealer = Sealer::signed(KEY_ID, &Secret::parse(&secret).unwrap());
        let expected = format!("4859525001010302006869{signature}");
        assert_eq!(hex::encode(seal(&sealer, b"hi")), expected);
    }
}

#[test]
fn envelopes_are_appended() {
    let mut out = b"before".to_vec();
    let _ = signed().seal(b"hi", &mut out);
    assert_eq!(out, [&b"before"[..], &seal(&signed(), b"hi")].concat());
}

#[test]
fn content_that_does_not_fit_is_left_out() {
    for (sealer, max) in [
        (signed(), MAX_CONTENT_SIGNED),
        (Sealer::unsigned(KEY_ID), MAX_CONTENT_UNSIGNED),
    ] {
        for (len, truncated) in [
            (max, false),
            (max + 1, true),
            (65_536, true),
            (70_000, true),
        ] {
            let mut out = Vec::new();
            assert_eq!(
                sealer.seal(&vec![7; len], &mut out).truncated,
                truncated,
                "{len}"
            );
            let content = EnvelopeV1::parse(&out).unwrap().content();
            assert_eq!(content.len(), if truncated { 0 } else { len });
            assert!(out.len() <= MAX_ENVELOPE);
        }
    }
}

#[test]
fn fields_are_read() {
    let bytes = seal(&signed(), b"hi");
    let envelope = EnvelopeV1::parse(&bytes).unwrap();
    assert_eq!(envelope.version(), 1);
    assert_eq!(envelope.flags(), 1);
    assert_eq!(envelope.key_id(), KEY_ID);
    assert_eq!(envelope.content(), b"hi");
    assert_eq!(envelope.signature().unwrap(), &bytes[11..]);
    assert!(envelope.is_signed());
}

#[test]
fn other_layouts_are_refused() {
    let cases: [(Vec<u8>, EnvelopeError); 11] = [
        (vec![], EnvelopeError::Magic),
        (b"HYR".to_vec(), EnvelopeError::Magic),
        (b"plain referral data".to_vec(), EnvelopeError::Magic),
        (b"HYRP".to_vec(), EnvelopeError::TooShort { len: 4 }),
        (
            b"HYRP\x01\0\0\0".to_vec(),
            EnvelopeError::TooShort { len: 8 },
        ),
        (
            b"HYRP\x02\0\0\0\0".to_vec(),
            EnvelopeError::Version { version: 2 },
        ),
        (
            b"HYRP\x01\x02\0\0\0".to_vec(),
            EnvelopeError::Flags { flags: 2 },
        ),
        (
            b"HYRP\x01\x81\0\0\0".to_vec(),
            EnvelopeError::Flags { flags: 0x81 },
        ),
        (
            b"HYRP\x01\0\0\x02\0a".to_vec(),
            EnvelopeError::Length {
                len: 10,
                expected: 11,
            },
        ),
        (
            b"HYRP\x01\0\0\0\0a".to_vec(),
            EnvelopeError::Length {
                len: 10,
                expected: 9,
            },
        ),
        (
            b"HYRP\x01\x01\0\0\0".to_vec(),
            EnvelopeError::Length {
                len: 9,
                expected: 41,
            },
        ),
    ];
    for (bytes, error) in cases {
        assert_eq!(EnvelopeV1::parse(&bytes).unwrap_err(), error, "{bytes:?}");
    }
    let mut long = seal(&Sealer::unsigned(0), &[0; MAX_CONTENT_UNSIGNED]);
    assert_eq!(long.len(), MAX_ENVELOPE);
    long.push(0);
    assert_eq!(
        EnvelopeV1::parse(&long).unwrap_err(),
        EnvelopeError::TooLong { len: 4097 }
    );
}

#[test]
fn only_the_right_key_opens() {
    let bytes = seal(&signed(), b"hi");
    assert_eq!(open(&bytes, &keys()).unwrap(), b"hi");

    let unsigned = seal(&Sealer::unsigned(KEY_ID), b"hi");
    assert_eq!(open(&unsigned, &keys()).unwrap_err(), VerifyError::Unsigned);

    let unknown = VerifyError::UnknownKey { key_id: KEY_ID };
    assert_eq!(open(&bytes, &KeyRing::new()).unwrap_err(), unknown);
    assert_eq!(
        open(&bytes, &KeyRing::new().with(4, &secret())).unwrap_err(),
        unknown
    );

    let other = KeyRing::new().with(KEY_ID, &Secret::parse("other").unwrap());
    let wrong = VerifyError::BadSignature { key_id: KEY_ID };
    assert_eq!(open(&bytes, &other).unwrap_err(), wrong);

    let malformed = VerifyError::Envelope(EnvelopeError::Magic);
    assert_eq!(open(b"?", &keys()).unwrap_err(), malformed);
}

#[test]
fn a_key_is_replaced_by_the_next_of_its_id() {
    let keys = KeyRing::new()
        .with(KEY_ID, &Secret::parse("old").unwrap())
        .with(KEY_ID, &secret());
    assert!(open(&seal(&signed(), b"hi"), &keys).is_ok());
}

#[test]
fn every_changed_byte_is_found() {
    let bytes = seal(&signed(), b"content");
    for at in 0..bytes.len() {
        for flip in 1..=u8::MAX {
            let mut forged = bytes.clone();
            forged[at] ^= flip;
            assert!(open(&forged, &keys()).is_err(), "byte {at} ^ {flip:#x}");
        }
    }
}

#[test]
fn no_secret_is_printed() {
    let printed = format!("{:?} {:?}", signed(), keys());
    assert_eq!(printed, "Sealer { key_id: 3, key: Some(\"..\") } {3}");
}

proptest! {
    #[test]
    fn what_is_sealed_opens(key_id: u8, key in "\\PC{0,80}x", content in prop::collection::vec(any::<u8>(), 0..=MAX_CONTENT_SIGNED)) {
        let secret = Secret::parse(&format!("k{key}")).unwrap();
        let bytes = seal(&Sealer::signed(key_id, &secret), &content);
        prop_assert_eq!(open(&bytes, &KeyRing::new().with(key_id, &secret)).unwrap(), &content);
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_verify(
        magic: bool,
        tail in prop::collection::vec(any::<u8>(), 0..5000),
    ) {
        let head: &[u8] = if magic { b"HYRP\x01\x01\x03" } else { b"" };
        prop_assert!(open(&[head, &tail].concat(), &keys()).is_err());
    }
}

fn secret() -> Secret {
    Secret::parse("secret").unwrap()
}

fn signed() -> Sealer {
    Sealer::signed(KEY_ID, &secret())
}

fn keys() -> KeyRing {
    KeyRing::new().with(KEY_ID, &secret())
}

fn seal(sealer: &Sealer, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = sealer.seal(content, &mut out);
    out
}
