//! What is sealed, and what is not.

use std::time::{Duration, SystemTime};

use hyrouter_referral::{Envelope, EnvelopeKind, MAX_ENVELOPE, SealError, Statement, version_of};

use super::{LIFETIME, MS, ed25519, hmac, now, seal, statement};

#[test]
fn fields_are_read() {
    for key in [hmac(), ed25519()] {
        let bytes = seal(&statement(), &key);
        let envelope = Envelope::parse(&bytes).unwrap();
        assert_eq!(*envelope.statement(), statement());
        assert_eq!(envelope.version(), 2);
        assert_eq!(envelope.key_id(), key.id());
        assert_eq!(envelope.algorithm(), key.algorithm());
        let signature = bytes.len() - key.algorithm().signature_len();
        assert_eq!(envelope.signature(), &bytes[signature..]);
    }
}

#[test]
fn versions_are_told_apart() {
    assert_eq!(version_of(&seal(&statement(), &hmac())), Some(2));
    assert_eq!(version_of(b"HYRP\x01\0\0\0\0"), Some(1));
    assert_eq!(version_of(b"HYRP\x09"), Some(9));
    for bytes in [&b""[..], b"HYRP", b"HYR\x02", b"hyrp\x02"] {
        assert_eq!(version_of(bytes), None, "{bytes:?}");
    }
}

#[test]
fn envelopes_are_appended_or_nothing_is() {
    let mut out = b"before".to_vec();
    statement().seal(&hmac(), &mut out).unwrap();
    assert_eq!(out, [b"before", &*seal(&statement(), &hmac())].concat());

    let mut out = b"before".to_vec();
    let nowhere = statement().with_target("", 5520);
    assert_eq!(nowhere.seal(&hmac(), &mut out), Err(SealError::Target));
    assert_eq!(out, b"before");
}

#[test]
fn what_does_not_fit_is_not_sealed() {
    let long = "x".repeat(257);
    let early = SystemTime::UNIX_EPOCH - MS;
    let late = SystemTime::UNIX_EPOCH + Duration::from_secs(i64::MAX.unsigned_abs());
    let good = statement();
    let cases = [
        (
            good.with_target(&long, 1),
            SealError::HostTooLong { len: 257 },
        ),
        (
            good.with_route(&long[1..]),
            SealError::RouteTooLong { len: 256 },
        ),
        (
            good.with_source(&long[1..]),
            SealError::SourceTooLong { len: 256 },
        ),
        (good.with_target("a", 0), SealError::Target),
        (
            good.with_lifetime(now(), Duration::ZERO),
            SealError::Lifetime,
        ),
        (good.with_lifetime(now(), MS / 2), SealError::Lifetime),
        (
            good.with_lifetime(now(), Duration::MAX),
            SealError::Lifetime,
        ),
        (
            good.with_lifetime(early, LIFETIME),
            SealError::Time { of: "issue" },
        ),
        (
            Statement {
                expires_at: late,
                ..good
            },
            SealError::Time { of: "expiry" },
        ),
        (good.with_nonce([0; 16]), SealError::Nonce),
        (Statement::referral("a", 1), SealError::Lifetime),
        (Statement::ticket(), SealError::Lifetime),
        (
            Statement {
                kind: EnvelopeKind::Ticket,
                player: None,
                ..good
            },
            SealError::NoPlayer,
        ),
        (
            Statement {
                player: None,
                verified: true,
                ..good
            },
            SealError::Verified,
        ),
    ];
    for (statement, error) in cases {
        let sealed = statement.seal(&hmac(), &mut Vec::new());
        assert_eq!(sealed, Err(error), "{statement:?}");
    }
    let fits = good
        .with_target(&long[1..], 1)
        .with_route(&long[2..])
        .with_source(&long[2..]);
    assert!(fits.seal(&hmac(), &mut Vec::new()).is_ok());
}

#[test]
fn content_fits_to_the_last_byte() {
    let content = vec![7; 70_000];
    for key in [hmac(), ed25519()] {
        let max = statement().max_content(key.algorithm());
        let full = seal(&statement().with_content(&content[..max]), &key);
        assert_eq!(full.len(), MAX_ENVELOPE);
        for len in [max + 1, 65_536, 70_000] {
            let sealed = statement()
                .with_content(&content[..len])
                .seal(&key, &mut Vec::new());
            assert_eq!(sealed, Err(SealError::ContentTooLong { len, max }));
        }
    }
}

#[test]
fn times_are_cut_to_milliseconds() {
    let ragged = now() + Duration::from_micros(999);
    let bytes = seal(&statement().with_lifetime(ragged, LIFETIME), &hmac());
    assert_eq!(*Envelope::parse(&bytes).unwrap().statement(), statement());
}
