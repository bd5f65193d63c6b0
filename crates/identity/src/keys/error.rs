use super::{MAX_BYTES, MAX_KEYS};

/// Why a text is no [`KeySet`](super::KeySet). Of the text it says the ids of keys alone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// It is too long.
    #[error("the key set has {len} bytes; at most {MAX_BYTES} are allowed")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// It is not JSON, or not a key set. Says where: a line and a column.
    #[error("not a JSON Web Key Set, which is an object with a list `keys`: {0}")]
    Json(String),
    /// There are too many keys in it.
    #[error("the key set has {count} keys; at most {MAX_KEYS} are allowed")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// No key in it can be used.
    #[error(
        "the key set has no key to verify with: kty OKP, crv Ed25519, use sig or none, alg EdDSA or none ({skipped} \
         others)"
    )]
    NoUsableKey {
        /// How many others are in it.
        skipped: usize,
    },
    /// Two keys have the same id.
    #[error("the key set has two keys with kid {id:?}")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// There are several keys, and one has no id.
    #[error("the key set has several keys, and one of them has no kid")]
    MissingId,
}

impl From<serde_json::Error> for KeySetError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(format!("line {}, column {}", error.line(), error.column()))
    }
}
