//! Published key sets.

mod error;
mod jwk;
mod trusted_keys;

use std::fmt;

pub use self::error::{KeyProblem, KeySetError, RefusedKey};
pub use self::trusted_keys::KeySetChange;
pub(crate) use self::trusted_keys::{KeyUse, TrustedKeys};

use self::jwk::Jwks;
use crate::json::JsonObject;

/// Maximum length of a key set in bytes. The game's has some hundred.
const MAX_BYTES: usize = 256 * 1024;
/// Maximum number of keys in a set, keys for other purposes included. The key of a token is searched linearly.
const MAX_KEYS: usize = 64;
/// Maximum length of an id in bytes. Ids appear in logs and on a status page.
pub(crate) const MAX_ID: usize = 256;

/// Keys that tokens may be signed with: the Ed25519 keys of a JSON Web Key Set (RFC 7517, 8037).
///
/// The set takes keys of type `OKP` and curve `Ed25519` that are for signatures: `use` is `sig` or absent, `key_ops`
/// has `verify` or is absent, `alg` is `EdDSA`, `Ed25519` or absent. All others are skipped, and keys with an id of
/// more than 256 bytes: a service may also publish keys for other purposes. A key of this kind that is not a [sound
/// public key](hyrouter_referral::ed25519::PublicKey) is refused, and the others are taken: with a point of small
/// order, any client could sign.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<KeySetKey>,
    skipped: usize,
    refused: Vec<RefusedKey>,
}

/// Key of a set. Its id is empty if it has none.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct KeySetKey {
    pub(crate) id: String,
    pub(crate) bytes: [u8; 32],
}

impl KeySet {
    /// Reads a JSON Web Key Set of at most 256 KiB and 64 keys.
    ///
    /// A key without an id is allowed if it is the only one that is taken; it verifies tokens that name none. A key
    /// that is there several times, under the same id, is taken once. Keys that are skipped may be of any shape, nested
    /// no deeper than 100 levels.
    ///
    /// # Errors
    /// The JSON is not a key set or too large, has no usable key, or has keys with the same id.
    pub fn parse(json: &[u8]) -> Result<Self, KeySetError> {
        if json.len() > MAX_BYTES {
            return Err(KeySetError::TooLong { len: json.len() });
        }
        let JsonObject(set): JsonObject<Jwks> = serde_json::from_slice(json)?;
        let count = set.keys.len();
        if count > MAX_KEYS {
            return Err(KeySetError::TooMany { count });
        }
        let (mut keys, mut refused, mut skipped) = (Vec::<KeySetKey>::new(), Vec::new(), 0);
        for entry in set.keys {
            match entry.usable() {
                Some(Ok(key)) if keys.contains(&key) => {}
                Some(Ok(key)) => keys.push(key),
                Some(Err(key)) => refused.push(key),
                None => skipped += 1,
            }
        }
        if keys.is_empty() {
            return Err(match refused.into_iter().next() {
                Some(key) => KeySetError::Refused(key),
                None => KeySetError::NoUsableKey { skipped },
            });
        }
        for (place, key) in keys.iter().enumerate() {
            if key.id.is_empty() && keys.len() > 1 {
                return Err(KeySetError::MissingId);
            }
            if keys.iter().skip(place + 1).any(|other| other.id == key.id) {
                return Err(KeySetError::DuplicateId { id: key.id.clone() });
            }
        }
        Ok(Self {
            keys,
            skipped,
            refused,
        })
    }

    /// Returns the ids of the keys, in the order of the set. That of a key without one is empty.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }

    /// Returns the number of keys, at least 1.
    #[allow(clippy::len_without_is_empty, reason = "a set is never empty")]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns the number of keys for other purposes in the set.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Returns the keys of the set that are not safe to verify with.
    pub fn refused(&self) -> &[RefusedKey] {
        &self.refused
    }
}

/// Prints the ids of keys.
impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet")
            .field("key_ids", &self.key_ids().collect::<Vec<_>>())
            .field("skipped", &self.skipped)
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}
