//! Keys: which are refused, which one seals, and that they rotate without a gap.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use hyrouter_referral::ed25519::PublicKey;
use hyrouter_referral::ed25519::PublicKeyError::{NotCanonical, OffCurve, SmallOrder};
use hyrouter_referral::{
    Algorithm, Expectation, KeyError, Keys, Secret, SigningKey, SigningKeys, Statement, Validity,
    VerifyingKey, VerifyingKeys, open,
};

#[test]
fn short_secrets_are_refused() {
    let refused = KeyError::SecretTooShort { key_id: 7, len: 15 };
    let secret = secret_of(15);
    assert_eq!(SigningKey::hmac(7, &secret).unwrap_err(), refused);
    assert_eq!(VerifyingKey::hmac(7, &secret).unwrap_err(), refused);
    assert_eq!(
        refused.to_string(),
        "the secret of key 7 has 15 bytes; at least 16 are needed, 32 random ones are best"
    );
    assert!(SigningKey::hmac(7, &secret_of(16)).is_ok());
    assert!(VerifyingKey::hmac(7, &secret_of(16)).is_ok());
}

#[test]
fn a_seed_has_one_length() {
    for len in [1, 16, 31, 33, 64] {
        let refused = KeyError::SeedLength { key_id: 7, len };
        assert_eq!(
            SigningKey::ed25519(7, &secret_of(len)).unwrap_err(),
            refused
        );
    }
}

#[test]
fn public_keys_are_those_of_rfc_8032() {
    // Section 7.1, test 1.
    let seed = "hex:9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let key = SigningKey::ed25519(1, &Secret::parse(seed).unwrap()).unwrap();
    assert_eq!(hex::encode(key.public_key().unwrap()), public);
    assert_eq!(key.verifying_key().public_key(), key.public_key());
    assert_eq!(hmac(1).public_key(), None);
    assert_eq!(hmac(1).verifying_key().public_key(), None);
}

#[test]
fn public_keys_that_prove_nothing_are_refused() {
    let cases = [
        // The points of order 1, 2, 4 and 8, for which signatures fit that anybody can make.
        (
            "0100000000000000000000000000000000000000000000000000000000000000",
            SmallOrder,
        ),
        (
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            SmallOrder,
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000000",
            SmallOrder,
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000080",
            SmallOrder,
        ),
        (
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            SmallOrder,
        ),
        (
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            SmallOrder,
        ),
        (
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            SmallOrder,
        ),
        (
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            SmallOrder,
        ),
        // The points of order 1 and 4 again: their y is the prime of the field plus 1 and plus 0.
        (
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            SmallOrder,
        ),
        (
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            SmallOrder,
        ),
        // The point with y = 3, which has a large order, and again with the prime of the field added.
        (
            "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            NotCanonical,
        ),
        // No point has this coordinate.
        (
            "0200000000000000000000000000000000000000000000000000000000000000",
            OffCurve,
        ),
    ];
    for (case, problem) in cases {
        let bytes = hex::decode(case).unwrap().try_into().unwrap();
        assert_eq!(PublicKey::from_bytes(&bytes), Err(problem), "{case}");
        let refused = KeyError::PublicKey { key_id: 7, problem };
        assert_eq!(
            VerifyingKey::ed25519(7, &bytes).unwrap_err(),
            refused,
            "{case}"
        );
        let text = format!("the public key of key 7 is refused: {problem}");
        assert_eq!(refused.to_string(), text);
    }
}

/// Of all encodings with a y that is not below the prime of the field, none is taken.
#[test]
fn a_point_has_one_encoding() {
    let mut problems = BTreeSet::new();
    for lowest in 0xed..=0xff {
        for highest in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (lowest, highest);
            let problem = PublicKey::from_bytes(&bytes).unwrap_err();
            problems.insert(problem.to_string());
        }
    }
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn ids_are_unique() {
    let twice = KeyError::Duplicate { key_id: 255 };
    let mut keys = signing([hmac(0), hmac(255), hmac(1)]);
    assert_eq!(keys.insert(ed25519(255)), Err(twice));
    let ids: Vec<_> = keys.iter().map(SigningKey::id).collect();
    assert_eq!(ids, [0, 255, 1]);

    let mut keys = VerifyingKeys::new().with(hmac(255).verifying_key());
    assert_eq!(keys.insert(ed25519(255).verifying_key()), Err(twice));
    assert_eq!(keys.get(255).unwrap().algorithm(), Algorithm::HmacSha256);
    assert_eq!(keys.insert(ed25519(3).verifying_key()), Ok(()));
    let replaced = keys.with(ed25519(255).verifying_key());
    let found: Vec<_> = replaced
        .iter()
        .map(|key| (key.id(), key.algorithm()))
        .collect();
    assert_eq!(found, [(255, Algorithm::Ed25519), (3, Algorithm::Ed25519)]);
    assert!(replaced.get(0).is_none());
}

#[test]
fn validity_holds_its_first_moment_and_not_its_end() {
    let validity = between(Some(10), Some(20));
    for (now, valid) in [(9, false), (10, true), (19, true), (20, false)] {
        assert_eq!(validity.contains(at(now)), valid, "{now}");
    }
    assert!(!validity.contains(at(10) - Duration::from_nanos(1)));
    assert!(validity.contains(at(20) - Duration::from_nanos(1)));
    assert!(between(None, Some(20)).contains(SystemTime::UNIX_EPOCH));
    assert!(between(Some(10), None).contains(at(1_000_000_000)));
    assert!(Validity::default().contains(SystemTime::UNIX_EPOCH));
    assert!(!between(Some(20), Some(10)).contains(at(15)));
}

#[test]
fn the_latest_to_begin_seals() {
    let key = |id, from, until| hmac(id).with_validity(between(from, until));
    let keys = signing([
        key(1, None, Some(100)),
        key(2, Some(10), Some(30)),
        key(3, Some(20), Some(25)),
        key(4, Some(20), Some(40)),
        key(5, None, Some(100)),
    ]);
    let cases = [
        (0, Some(1)),
        (9, Some(1)),
        (10, Some(2)),
        (19, Some(2)),
        (20, Some(3)),
        (25, Some(4)),
        (30, Some(4)),
        (40, Some(1)),
        (99, Some(1)),
        (100, None),
    ];
    for (now, id) in cases {
        assert_eq!(keys.active(at(now)).map(SigningKey::id), id, "{now}");
    }
    assert!(SigningKeys::default().active(at(0)).is_none());
}

/// In seconds.
const LIFETIME: u64 = 30;
/// When the new key begins.
const CHANGE: u64 = 100;

/// The procedure of docs/referral-envelope.md: backends have both keys, and the old one goes on for as long as an
/// envelope lives after the new one began.
#[test]
fn keys_rotate_without_a_gap() {
    assert_eq!(gaps(hmac(1), hmac(2), LIFETIME, 0..200), []);
    let just_before = CHANGE - 1;
    let last = just_before + LIFETIME - 1;
    let gap = (just_before, last, "key_not_valid");
    assert_eq!(gaps(hmac(1), hmac(2), LIFETIME - 2, 0..200), [gap]);
}

#[test]
fn algorithms_rotate_like_keys() {
    let around = CHANGE - 1..CHANGE + 1;
    assert_eq!(gaps(hmac(1), ed25519(2), LIFETIME, around.clone()), []);
    assert_eq!(gaps(ed25519(1), hmac(2), LIFETIME, around), []);
}

/// Seals at each of these moments, and opens each envelope at every moment of its life: when it was issued, when it did
/// not open, and why.
fn gaps(
    old: SigningKey,
    new: SigningKey,
    overlap: u64,
    issued: Range<u64>,
) -> Vec<(u64, u64, &'static str)> {
    let keys = signing([
        old.with_validity(between(None, Some(CHANGE + overlap))),
        new.with_validity(between(Some(CHANGE), None)),
    ]);
    let both = keys.verifying_keys();
    let expectation = Expectation::referral_to("lobby", 5520)
        .with_any_player()
        .with_any_certificate()
        .with_clock_skew(Duration::ZERO);
    let mut gaps = Vec::new();
    for issued in issued {
        let key = keys.active(at(issued)).unwrap();
        assert_eq!(key.id(), if issued < CHANGE { 1 } else { 2 });
        let mut sealed = Vec::new();
        Statement::referral("lobby", 5520)
            .with_lifetime(at(issued), Duration::from_secs(LIFETIME))
            .with_nonce([1; 16])
            .seal(key, &mut sealed)
            .unwrap();
        for now in issued..issued + LIFETIME {
            if let Err(error) = open(&sealed, &both, &expectation, at(now)) {
                gaps.push((issued, now, error.code().as_str()));
            }
        }
    }
    gaps
}

#[test]
fn no_key_is_printed() {
    let keys = signing([hmac(1), ed25519(2)]);
    let validity = "validity: Validity { not_before: None, not_after: None }, ..";
    let printed = format!(
        "Keys([EnvelopeKey {{ id: 1, algorithm: HmacSha256, {validity} }}, \
         EnvelopeKey {{ id: 2, algorithm: Ed25519, {validity} }}])"
    );
    assert_eq!(format!("{keys:?}"), printed);
    assert_eq!(format!("{:?}", keys.verifying_keys()), printed);
}

fn signing(keys: impl IntoIterator<Item = SigningKey>) -> SigningKeys {
    keys.into_iter().fold(SigningKeys::new(), Keys::with)
}

fn between(not_before: Option<u64>, not_after: Option<u64>) -> Validity {
    Validity {
        not_before: not_before.map(at),
        not_after: not_after.map(at),
    }
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn secret_of(len: usize) -> Secret {
    Secret::parse(&"k".repeat(len)).unwrap()
}

fn hmac(id: u8) -> SigningKey {
    SigningKey::hmac(id, &secret_of(32)).unwrap()
}

fn ed25519(id: u8) -> SigningKey {
    SigningKey::ed25519(id, &secret_of(32)).unwrap()
}
