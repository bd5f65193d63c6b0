use std::time::SystemTime;

use crate::layout::{
    EnvelopeHeader, FLAG_CERTIFICATE, FLAG_PLAYER, FLAG_VERIFIED, MAX_HOST, MAX_ROUTE, MAX_SOURCE,
};
use crate::{Algorithm, EnvelopeKind, SigningKey, Statement};

impl Statement<'_> {
    /// Appends the envelope to `out`. The same statement and key make the same bytes. The validity of the key is not
    /// checked: [`SigningKeys::active`](crate::SigningKeys::active) chooses a key that is valid.
    ///
    /// # Errors
    /// A field does not fit or is missing. Nothing is appended then, and no field is ever shortened to fit.
    pub fn seal(&self, key: &SigningKey, out: &mut Vec<u8>) -> Result<(), SealError> {
        let header = self.header(key)?;
        let texts = self.host.len() + self.route.len() + self.source.len();
        let signature = key.algorithm().signature_len();
        out.reserve(EnvelopeHeader::LEN + texts + self.content.len() + signature);

        let start = out.len();
        header.write(out);
        out.extend_from_slice(self.host.as_bytes());
        out.extend_from_slice(self.route.as_bytes());
        out.extend_from_slice(self.source.as_bytes());
        out.extend_from_slice(self.content);
        key.sign(start, out);
        Ok(())
    }

    fn header(&self, key: &SigningKey) -> Result<EnvelopeHeader, SealError> {
        let header = EnvelopeHeader {
            kind: self.kind.to_byte(),
            flags: self.flags(),
            algorithm: key.algorithm().to_byte(),
            key_id: key.id(),
            hops: self.hops,
            issued_at: millis(self.issued_at, "issue")?,
            expires_at: millis(self.expires_at, "expiry")?,
            nonce: self.nonce,
            player: self.player.unwrap_or_default(),
            certificate: self.certificate.unwrap_or_default(),
            port: self.port,
            host_len: self.host_len()?,
            route_len: u8::try_from(self.route.len()).map_err(|_| SealError::RouteTooLong {
                len: self.route.len(),
            })?,
            source_len: u8::try_from(self.source.len()).map_err(|_| SealError::SourceTooLong {
                len: self.source.len(),
            })?,
            content_len: self.content_len(key.algorithm())?,
        };
        if !self.kind.allows_target(self.host, self.port) {
            return Err(SealError::Target);
        }
        if header.expires_at <= header.issued_at {
            return Err(SealError::Lifetime);
        }
        if self.nonce == [0; 16] {
            return Err(SealError::Nonce);
        }
        if self.player.is_none() {
            if self.verified {
                return Err(SealError::Verified);
            }
            if self.kind == EnvelopeKind::Ticket {
                return Err(SealError::NoPlayer);
            }
        }
        Ok(header)
    }

    fn host_len(&self) -> Result<u16, SealError> {
        let len = self.host.len();
        u16::try_from(len)
            .ok()
            .filter(|_| len <= MAX_HOST)
            .ok_or(SealError::HostTooLong { len })
    }

    fn content_len(&self, algorithm: Algorithm) -> Result<u16, SealError> {
        let (len, max) = (self.content.len(), self.max_content(algorithm));
        u16::try_from(len)
            .ok()
            .filter(|_| len <= max)
            .ok_or(SealError::ContentTooLong { len, max })
    }

    fn flags(&self) -> u8 {
        let player = self.player.map_or(0, |_| FLAG_PLAYER);
        let certificate = self.certificate.map_or(0, |_| FLAG_CERTIFICATE);
        let verified = if self.verified { FLAG_VERIFIED } else { 0 };
        player | certificate | verified
    }
}

fn millis(time: SystemTime, of: &'static str) -> Result<u64, SealError> {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .ok_or(SealError::Time { of })
}

/// A statement cannot be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The content does not fit beside the rest.
    #[error("the content has {len} bytes; at most {max} fit into this envelope")]
    ContentTooLong {
        /// Length in bytes.
        len: usize,
        /// [`Statement::max_content`] in bytes.
        max: usize,
    },
    /// The target host is too long.
    #[error("the target host has {len} bytes; at most {MAX_HOST} are allowed")]
    HostTooLong {
        /// Length in bytes.
        len: usize,
    },
    /// The route is too long.
    #[error("the route has {len} bytes; at most {MAX_ROUTE} are allowed")]
    RouteTooLong {
        /// Length in bytes.
        len: usize,
    },
    /// The source is too long.
    #[error("the source has {len} bytes; at most {MAX_SOURCE} are allowed")]
    SourceTooLong {
        /// Length in bytes.
        len: usize,
    },
    /// A referral leads nowhere.
    #[error("a referral needs a target: a host and a port above 0")]
    Target,
    /// The lifetime is less than a millisecond.
    #[error("the envelope must expire at least 1 ms after it is issued")]
    Lifetime,
    /// A time does not fit into 64 bits of milliseconds since 1970.
    #[error("the time of {of} is before 1970 or too far ahead")]
    Time {
        /// `issue` or `expiry`.
        of: &'static str,
    },
    /// The nonce is all zero, so it was never set.
    #[error("the nonce is all zero; it must be random")]
    Nonce,
    /// A ticket names no player. Any holder could show it, so the entrypoint refuses it.
    #[error("a ticket needs a player")]
    NoPlayer,
    /// A player is verified and not named.
    #[error("a player can only be verified where one is named")]
    Verified,
}
