//! Random statements and random bytes.

use std::time::{Duration, SystemTime};

use hyrouter_referral::{
    Algorithm, Envelope, EnvelopeKind, Expectation, SigningKey, Statement, open,
};
use proptest::prelude::*;

use super::{MS, anything, ed25519, hmac, keys, now, seal, secret, statement};

/// Host, route and source, of so few characters that their bytes are within bounds.
fn texts() -> impl Strategy<Value = (String, String, String)> {
    ("[a-zß字]{1,85}", "\\PC{0,60}", "[ -~é]{0,120}")
}

prop_compose! {
    fn statements()(
        bytes: ([u8; 16], Option<[u8; 16]>, Option<[u8; 32]>),
        texts in texts(),
        content in prop::collection::vec(any::<u8>(), 0..=3_000),
        (ticket, verified, hops, port) in (any::<bool>(), any::<bool>(), any::<u8>(), 1..=u16::MAX),
        (issued, life) in (0..u64::MAX / 2, 1..u64::MAX / 2),
    ) -> (Statement<'static>, (String, String, String), Vec<u8>) {
        let at = |millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
        let (nonce, player, certificate) = bytes;
        // Neither a ticket nor a verified player is sealed without a player.
        let kind = if ticket && player.is_some() { EnvelopeKind::Ticket } else { EnvelopeKind::Referral };
        let verified = verified && player.is_some();
        let statement = Statement {
            kind, hops, port, player, verified, certificate,
            issued_at: at(issued),
            expires_at: at(issued + life),
            ..Statement::ticket().with_nonce(nonce)
        };
        (statement, texts, content)
    }
}

proptest! {
    #[test]
    fn what_is_sealed_opens((statement, (host, route, source), content) in statements(), ed: bool) {
        prop_assume!(statement.nonce != [0; 16]);
        let statement = Statement { host: &host, route: &route, source: &source, content: &content, ..statement };
        let key = if ed { ed25519() } else { hmac() };
        let bytes = seal(&statement, &key);
        let mut expectation = Expectation::new(statement.kind)
            .with_target(&host, statement.port)
            .with_any_player()
            .with_any_certificate();
        if let Some(player) = statement.player {
            expectation = if statement.verified {
                expectation.with_verified_player(player)
            } else {
                expectation.with_player(player)
            };
        }
        if let Some(certificate) = statement.certificate {
            expectation = expectation.with_certificate(certificate);
        }
        let last = statement.expires_at - MS;
        prop_assert_eq!(open(&bytes, &keys(), &expectation, last).unwrap(), statement);
        prop_assert!(open(&bytes, &keys(), &expectation, statement.expires_at).is_err());
    }

    /// Whatever can be read is what sealing it again would write, so no two envelopes say the same.
    #[test]
    fn each_statement_is_written_in_one_way(
        changes in prop::collection::vec((5_usize..98, any::<u8>()), 0..4),
        ed: bool,
    ) {
        let key = if ed { ed25519() } else { hmac() };
        let mut bytes = seal(&statement(), &key);
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        if let Ok(envelope) = Envelope::parse(&bytes) {
            let signed = bytes.len() - envelope.algorithm().signature_len();
            let again = match envelope.algorithm() {
                Algorithm::HmacSha256 => SigningKey::hmac(envelope.key_id(), &secret()),
                Algorithm::Ed25519 => SigningKey::ed25519(envelope.key_id(), &secret()),
            };
            prop_assert_eq!(&seal(envelope.statement(), &again.unwrap())[..signed], &bytes[..signed]);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_open(
        head in prop::sample::select(vec![
            &b""[..],
            b"HYRP\x02",
            b"HYRP\x02\x01\x00\x01\x01",
            b"HYRP\x02\x02\x03\x02\x02",
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..5_000),
    ) {
        prop_assert!(open(&[head, &tail].concat(), &keys(), &anything(), now()).is_err());
    }
}
