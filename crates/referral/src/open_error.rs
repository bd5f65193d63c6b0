use std::fmt;
use std::time::Duration;

use crate::{Algorithm, EnvelopeKind, ParseError, Validity};

/// An envelope is not accepted. The messages name no player and no certificate, so that they can be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not an envelope of version 2.
    #[error(transparent)]
    Malformed(#[from] ParseError),
    /// The envelope names an unknown key.
    #[error("the envelope is signed with key {key_id}, which is unknown here")]
    UnknownKey {
        /// Key id of the envelope.
        key_id: u8,
    },
    /// The key is not valid at this moment.
    #[error("the envelope is signed with key {key_id}, which is not valid now")]
    KeyNotValid {
        /// Key id of the envelope.
        key_id: u8,
        /// Time span in which the key is valid.
        validity: Validity,
    },
    /// The key has another algorithm than the envelope names.
    #[error(
        "the envelope says that it is signed by {of_envelope}; key {key_id} is one of {of_key}"
    )]
    Algorithm {
        /// Key id of the envelope.
        key_id: u8,
        /// Algorithm of the key.
        of_key: Algorithm,
        /// Algorithm in the envelope.
        of_envelope: Algorithm,
    },
    /// The signature does not fit the envelope and the key.
    #[error("the signature of the envelope is not that of key {key_id}")]
    Signature {
        /// Key id of the envelope.
        key_id: u8,
    },
    /// The envelope is of the other kind.
    #[error("the envelope is a {found} instead of the expected kind")]
    Kind {
        /// Kind of the envelope.
        found: EnvelopeKind,
    },
    /// The envelope was issued further ahead than clocks may differ.
    #[error("the envelope was issued {ahead:?} ahead; the clocks differ too much")]
    NotYetValid {
        /// Time ahead of this clock.
        ahead: Duration,
    },
    /// The envelope has expired.
    #[error("the envelope expired {ago:?} ago")]
    Expired {
        /// Time since it expired.
        ago: Duration,
    },
    /// The envelope is for another target, or the expectation sets no target.
    #[error("the envelope is for {host:?} port {port}, which is not the expected target")]
    Target {
        /// Target host of the envelope.
        host: Box<str>,
        /// Target port of the envelope.
        port: u16,
    },
    /// The envelope is for another player or for none, or the expectation sets no player.
    #[error("the envelope is for {}", whom(found.is_some(), "player"))]
    Player {
        /// UUID in the envelope.
        found: Option<[u8; 16]>,
    },
    /// The envelope is for the expected player, and its sealer has not verified that player.
    #[error("the envelope is for a player that its sealer did not verify")]
    Unverified,
    /// The envelope is for another certificate or for none, or the expectation sets no certificate.
    #[error("the envelope is for {}", whom(found.is_some(), "certificate"))]
    Certificate {
        /// SHA-256 in the envelope.
        found: Option<[u8; 32]>,
    },
}

fn whom(known: bool, what: &str) -> String {
    let which = if known { "another" } else { "no particular" };
    format!("{which} {what} instead of the expected one")
}

impl OpenError {
    /// Returns which check failed.
    pub const fn code(&self) -> OpenErrorCode {
        match self {
            Self::Malformed(_) => OpenErrorCode::Malformed,
            Self::UnknownKey { .. } => OpenErrorCode::UnknownKey,
            Self::KeyNotValid { .. } => OpenErrorCode::KeyNotValid,
            Self::Algorithm { .. } => OpenErrorCode::Algorithm,
            Self::Signature { .. } => OpenErrorCode::Signature,
            Self::Kind { .. } => OpenErrorCode::Kind,
            Self::NotYetValid { .. } => OpenErrorCode::NotYetValid,
            Self::Expired { .. } => OpenErrorCode::Expired,
            Self::Target { .. } => OpenErrorCode::Target,
            Self::Player { .. } => OpenErrorCode::Player,
            Self::Unverified => OpenErrorCode::Unverified,
            Self::Certificate { .. } => OpenErrorCode::Certificate,
        }
    }
}

/// Check that an [`OpenError`] failed, for logs and counters. The names are the same in every language.
///
/// Exhaustive, since the checks belong to the layout, which does not change within a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OpenErrorCode {
    /// [`OpenError::Malformed`]
    Malformed,
    /// [`OpenError::UnknownKey`]
    UnknownKey,
    /// [`OpenError::KeyNotValid`]
    KeyNotValid,
    /// [`OpenError::Algorithm`]
    Algorithm,
    /// [`OpenError::Signature`]
    Signature,
    /// [`OpenError::Kind`]
    Kind,
    /// [`OpenError::NotYetValid`]
    NotYetValid,
    /// [`OpenError::Expired`]
    Expired,
    /// [`OpenError::Target`]
    Target,
    /// [`OpenError::Player`]
    Player,
    /// [`OpenError::Unverified`]
    Unverified,
    /// [`OpenError::Certificate`]
    Certificate,
}

impl OpenErrorCode {
    /// All codes, in the order of the checks.
    pub const ALL: [Self; 12] = [
        Self::Malformed,
        Self::UnknownKey,
        Self::KeyNotValid,
        Self::Algorithm,
        Self::Signature,
        Self::Kind,
        Self::NotYetValid,
        Self::Expired,
        Self::Target,
        Self::Player,
        Self::Unverified,
        Self::Certificate,
    ];

    /// Returns the name, such as `unknown_key`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownKey => "unknown_key",
            Self::KeyNotValid => "key_not_valid",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Kind => "kind",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
            Self::Target => "target",
            Self::Player => "player",
            Self::Unverified => "unverified",
            Self::Certificate => "certificate",
        }
    }
}

impl fmt::Display for OpenErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
