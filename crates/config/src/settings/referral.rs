//! Sealing of referral data, and acceptance of tickets.

use std::time::Duration;

use hyrouter_referral::v1::Sealer;
use hyrouter_referral::{SigningKeys, Validity, VerifyingKeys};

/// Sealing of referral data, and acceptance of tickets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReferralSettings {
    /// The envelope around the content.
    pub envelope: EnvelopeSettings,
    /// Validity of an envelope of version 2, 1 second to 24 hours.
    pub ttl: Duration,
    /// Keys of the servers whose tickets are accepted.
    pub accept: VerifyingKeys,
    /// Maximum number of referrals of a player in a row.
    pub max_hops: u8,
}

/// The envelope of referral data: a version with the keys that seal it, or none.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EnvelopeSettings {
    /// Version 1, which is not signed when no key is configured.
    V1(Vec<TimedSealer>),
    /// Version 2.
    V2(SigningKeys),
    /// No envelope: backends get the plain content.
    Plain,
}

impl EnvelopeSettings {
    /// Returns whether envelopes are signed.
    pub fn is_signed(&self) -> bool {
        match self {
            Self::V1(keys) => keys.iter().any(|key| key.sealer.is_signed()),
            Self::V2(_) => true,
            Self::Plain => false,
        }
    }

    /// Returns the version byte, or `None` without an envelope.
    pub fn version(&self) -> Option<u8> {
        match self {
            Self::V1(_) => Some(1),
            Self::V2(_) => Some(2),
            Self::Plain => None,
        }
    }
}

/// A key of version 1.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimedSealer {
    /// When the key signs.
    pub validity: Validity,
    /// The key.
    pub sealer: Sealer,
}
