use std::collections::BTreeMap;
use std::collections::btree_map::{Entry, Values};
use std::fmt;

use super::signing::hmac;
use super::{Algorithm, KeyError, Validity};
use crate::Secret;
use crate::ed25519::PublicKey;
use crate::key::Key;

/// A key that opens envelopes. It is never printed, since that of HMAC is a secret, which is wiped from memory when
/// this is dropped.
#[derive(Clone)]
pub struct VerifyingKey {
    id: u8,
    validity: Validity,
    verifier: Verifier,
}

#[derive(Clone)]
pub(super) enum Verifier {
    Hmac(Key),
    Ed25519(PublicKey),
}

impl VerifyingKey {
    /// A key for HMAC-SHA256, always valid.
    ///
    /// # Errors
    /// The secret has less than 16 bytes.
    pub fn hmac(id: u8, secret: &Secret) -> Result<Self, KeyError> {
        Ok(Self::new(id, Verifier::Hmac(hmac(id, secret)?)))
    }

    /// A key for Ed25519, always valid, from the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// They are not a [`PublicKey`].
    pub fn ed25519(id: u8, public_key: &[u8; 32]) -> Result<Self, KeyError> {
        PublicKey::from_bytes(public_key)
            .map(|key| Self::new(id, Verifier::Ed25519(key)))
            .map_err(|problem| KeyError::PublicKey {
                key_id: id,
                problem,
            })
    }

    pub(super) fn new(id: u8, verifier: Verifier) -> Self {
        Self {
            id,
            validity: Validity::default(),
            verifier,
        }
    }

    /// This key, valid at other times.
    #[must_use]
    pub fn with_validity(mut self, validity: Validity) -> Self {
        self.validity = validity;
        self
    }

    /// The id that envelopes name it by.
    pub fn id(&self) -> u8 {
        self.id
    }

    /// What it verifies.
    pub fn algorithm(&self) -> Algorithm {
        match self.verifier {
            Verifier::Hmac(_) => Algorithm::HmacSha256,
            Verifier::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// When it may be used.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// The public key. HMAC has none.
    pub fn public_key(&self) -> Option<[u8; 32]> {
        match &self.verifier {
            Verifier::Hmac(_) => None,
            Verifier::Ed25519(key) => Some(key.to_bytes()),
        }
    }

    /// Whether this key has signed. HMAC is compared in constant time; Ed25519 is strict, so that nobody but the holder
    /// of the seed can turn one signature into another.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.verifier {
            Verifier::Hmac(key) => signature
                .try_into()
                .is_ok_and(|signature| key.verify(message, &[], signature)),
            Verifier::Ed25519(key) => key.verify(message, signature),
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm())
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

/// The keys that open envelopes, by id.
#[derive(Clone, Debug, Default)]
pub struct Keys(BTreeMap<u8, VerifyingKey>);

impl Keys {
    /// No keys, which open nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// These keys with one more. A key of the same id is replaced.
    #[must_use]
    pub fn with(mut self, key: VerifyingKey) -> Self {
        self.0.insert(key.id, key);
        self
    }

    /// Adds a key.
    ///
    /// # Errors
    /// There is one of the same id; it stays.
    pub fn insert(&mut self, key: VerifyingKey) -> Result<(), KeyError> {
        match self.0.entry(key.id) {
            Entry::Vacant(entry) => {
                entry.insert(key);
                Ok(())
            }
            Entry::Occupied(_) => Err(KeyError::Duplicate { key_id: key.id }),
        }
    }

    /// The key of this id.
    pub fn get(&self, id: u8) -> Option<&VerifyingKey> {
        self.0.get(&id)
    }

    /// All keys in the order of their ids.
    pub fn iter(&self) -> Values<'_, u8, VerifyingKey> {
        self.0.values()
    }
}

impl<'a> IntoIterator for &'a Keys {
    type Item = &'a VerifyingKey;
    type IntoIter = Values<'a, u8, VerifyingKey>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
