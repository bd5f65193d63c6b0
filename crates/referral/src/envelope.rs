use std::time::{Duration, SystemTime};

use crate::layout::{
    ByteReader, EnvelopeHeader, FLAG_CERTIFICATE, FLAG_PLAYER, FLAG_VERIFIED, MAX_HOST, VERSION,
};
use crate::{
    Algorithm, EnvelopeKind, MAX_ENVELOPE, OpenError, ParseError, Statement, VerifyingKeys,
    version_of,
};

/// Envelope of version 2 with its layout read and nothing verified. For tools that display envelopes;
/// [`open`](crate::open) verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    message: &'a [u8],
    signature: &'a [u8],
    key_id: u8,
    algorithm: Algorithm,
    statement: Statement<'a>,
}

impl<'a> Envelope<'a> {
    /// Reads the layout. Strict: each statement has exactly one encoding, and unknown values are refused.
    ///
    /// # Errors
    /// The first rule of the layout that the bytes break.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let len = bytes.len();
        match version_of(bytes) {
            Some(VERSION) => {}
            Some(version) => return Err(ParseError::Version { version }),
            None => return Err(ParseError::Magic),
        }
        if len > MAX_ENVELOPE {
            return Err(ParseError::TooLong { len });
        }
        let mut reader = ByteReader(bytes);
        let header = EnvelopeHeader::read(&mut reader).ok_or(ParseError::TooShort { len })?;
        let (kind, algorithm) = meaning(&header)?;

        let expected = expected_len(&header, algorithm);
        let wrong = ParseError::Length { len, expected };
        if len != expected {
            return Err(wrong);
        }
        let host = reader.slice(header.host_len).ok_or(wrong)?;
        let route = reader.slice(header.route_len).ok_or(wrong)?;
        let source = reader.slice(header.source_len).ok_or(wrong)?;
        let content = reader.slice(header.content_len).ok_or(wrong)?;
        let (message, signature) = len
            .checked_sub(algorithm.signature_len())
            .and_then(|at| bytes.split_at_checked(at))
            .ok_or(wrong)?;

        let statement = Statement {
            kind,
            hops: header.hops,
            issued_at: time(header.issued_at)?,
            expires_at: time(header.expires_at)?,
            nonce: header.nonce,
            player: known(
                header.flags & FLAG_PLAYER,
                header.player,
                ParseError::Player,
            )?,
            verified: header.flags & FLAG_VERIFIED != 0,
            certificate: known(
                header.flags & FLAG_CERTIFICATE,
                header.certificate,
                ParseError::Certificate,
            )?,
            host: text(host, "host")?,
            port: header.port,
            route: text(route, "route")?,
            source: text(source, "source")?,
            content,
        };
        if !kind.allows_target(statement.host, statement.port) {
            return Err(ParseError::Target);
        }
        if statement.expires_at <= statement.issued_at {
            return Err(ParseError::Lifetime);
        }
        Ok(Self {
            message,
            signature,
            key_id: header.key_id,
            algorithm,
            statement,
        })
    }

    /// Checks that the key that the envelope names has signed it and is valid at this moment, and nothing else.
    /// [`open`](crate::open) does this too.
    ///
    /// # Errors
    /// [`OpenError::UnknownKey`], [`OpenError::KeyNotValid`], [`OpenError::Algorithm`] or [`OpenError::Signature`].
    pub fn verify(&self, keys: &VerifyingKeys, now: SystemTime) -> Result<(), OpenError> {
        let key_id = self.key_id;
        let key = keys.get(key_id).ok_or(OpenError::UnknownKey { key_id })?;
        let validity = key.validity();
        if !validity.contains(now) {
            return Err(OpenError::KeyNotValid { key_id, validity });
        }
        // Before the signature is checked: a key of one algorithm must never verify another, or a public key, which is
        // no secret, would pass as an HMAC secret.
        if key.algorithm() != self.algorithm {
            return Err(OpenError::Algorithm {
                key_id,
                of_key: key.algorithm(),
                of_envelope: self.algorithm,
            });
        }
        if !key.verify(self.message, self.signature) {
            return Err(OpenError::Signature { key_id });
        }
        Ok(())
    }

    /// Returns the version of the layout, always 2.
    pub fn version(&self) -> u8 {
        VERSION
    }

    /// Returns the id of the key that the envelope claims to be sealed with.
    pub fn key_id(&self) -> u8 {
        self.key_id
    }

    /// Returns the algorithm that the envelope claims to be signed by.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns what the envelope states, not verified. Only [`open`](crate::open) returns a statement to rely on.
    pub fn statement(&self) -> &Statement<'a> {
        &self.statement
    }

    /// Returns the signature, not verified.
    pub fn signature(&self) -> &'a [u8] {
        self.signature
    }
}

fn meaning(header: &EnvelopeHeader) -> Result<(EnvelopeKind, Algorithm), ParseError> {
    let &EnvelopeHeader {
        kind,
        flags,
        algorithm,
        host_len,
        ..
    } = header;
    let kind = EnvelopeKind::from_byte(kind).ok_or(ParseError::Kind { kind })?;
    if flags & !(FLAG_PLAYER | FLAG_CERTIFICATE | FLAG_VERIFIED) != 0 {
        return Err(ParseError::Flags { flags });
    }
    if flags & (FLAG_PLAYER | FLAG_VERIFIED) == FLAG_VERIFIED {
        return Err(ParseError::Verified { flags });
    }
    let algorithm = Algorithm::from_byte(algorithm).ok_or(ParseError::Algorithm { algorithm })?;
    if usize::from(host_len) > MAX_HOST {
        return Err(ParseError::HostTooLong { len: host_len });
    }
    Ok((kind, algorithm))
}

fn expected_len(header: &EnvelopeHeader, algorithm: Algorithm) -> usize {
    let texts = [header.route_len, header.source_len].map(usize::from);
    let others = [header.host_len, header.content_len].map(usize::from);
    let fields: usize = texts.into_iter().chain(others).sum();
    EnvelopeHeader::LEN + fields + algorithm.signature_len()
}

fn time(millis: u64) -> Result<SystemTime, ParseError> {
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_millis(millis))
        .ok_or(ParseError::Time)
}

/// Returns a field behind a flag. Without the flag its bytes must be zero.
fn known<const N: usize>(
    flag: u8,
    bytes: [u8; N],
    error: ParseError,
) -> Result<Option<[u8; N]>, ParseError> {
    match flag {
        0 if bytes == [0; N] => Ok(None),
        0 => Err(error),
        _ => Ok(Some(bytes)),
    }
}

fn text<'a>(bytes: &'a [u8], of: &'static str) -> Result<&'a str, ParseError> {
    str::from_utf8(bytes).map_err(|_| ParseError::Text { of })
}
