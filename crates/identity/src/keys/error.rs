use hyrouter_referral::ed25519::PublicKeyError;

use super::{MAX_BYTES, MAX_KEYS};

/// A text is not a [`KeySet`](super::KeySet). The error holds nothing of the text but ids of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// The text is too long.
    #[error("the key set has {len} bytes; at most {MAX_BYTES} are allowed")]
    TooLong {
        /// Length of the text in bytes.
        len: usize,
    },
    /// The text is not JSON, or not a key set. Holds the line and the column.
    #[error("not a JSON Web Key Set, which is an object with a list `keys`: {0}")]
    Json(String),
    /// There are too many keys in it.
    #[error("the key set has {count} keys; at most {MAX_KEYS} are allowed")]
    TooMany {
        /// Number of keys.
        count: usize,
    },
    /// No key in it can be used.
    #[error(
        "the key set has no key to verify with: kty OKP, crv Ed25519, use sig or none, alg EdDSA or none ({skipped} \
         others)"
    )]
    NoUsableKey {
        /// Number of other keys in it.
        skipped: usize,
    },
    /// No key in it is safe to verify with. Holds the first of them.
    #[error("the key set has no key to verify with: {0}")]
    Refused(RefusedKey),
    /// Two different keys have the same id.
    #[error("the key set has two different keys with kid {id:?}")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// There are several keys, and one has no id.
    #[error("the key set has several keys, and one of them has no kid")]
    MissingId,
}

/// Key for verifying tokens that is not safe to verify with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("kid {id:?} is refused: {problem}")]
#[non_exhaustive]
pub struct RefusedKey {
    /// Its id, at most 256 bytes. Empty if it has none.
    pub id: String,
    /// Problem with the key.
    pub problem: KeyProblem,
}

/// A key is not safe to verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// Its `x` is of another length or in another form.
    #[error("its x is not 32 bytes in base64url without padding")]
    Encoding,
    /// Its `x` is not a sound public key.
    #[error(transparent)]
    PublicKey(#[from] PublicKeyError),
}

impl From<serde_json::Error> for KeySetError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(format!("line {}, column {}", error.line(), error.column()))
    }
}
