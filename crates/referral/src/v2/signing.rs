use std::collections::BTreeSet;
use std::fmt;
use std::time::SystemTime;

use ed25519_dalek::Signer as _;

use super::verifying::Verifier;
use super::{Algorithm, KeyError, Keys, Validity, VerifyingKey};
use crate::Secret;
use crate::ed25519::PublicKey;
use crate::key::Key;

/// The shortest HMAC secret in bytes: 128 bits, if they are random.
pub(super) const MIN_SECRET: usize = 16;

/// A key that seals envelopes. The secret can not be printed and is wiped from memory when this is dropped.
#[derive(Clone)]
pub struct SigningKey {
    id: u8,
    validity: Validity,
    signer: Signer,
}

#[derive(Clone)]
enum Signer {
    Hmac(Key),
    Ed25519(ed25519_dalek::SigningKey),
}

impl SigningKey {
    /// A key for HMAC-SHA256, always valid.
    ///
    /// # Errors
    /// The secret has less than 16 bytes.
    pub fn hmac(id: u8, secret: &Secret) -> Result<Self, KeyError> {
        Ok(Self::new(id, Signer::Hmac(hmac(id, secret)?)))
    }

    /// A key for Ed25519, always valid. The seed is the private key of RFC 8032.
    ///
    /// # Errors
    /// The seed has not 32 bytes.
    pub fn ed25519(id: u8, seed: &Secret) -> Result<Self, KeyError> {
        let seed = seed.as_bytes();
        let seed = seed.try_into().map_err(|_| KeyError::SeedLength {
            key_id: id,
            len: seed.len(),
        })?;
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Ok(Self::new(id, Signer::Ed25519(key)))
    }

    fn new(id: u8, signer: Signer) -> Self {
        Self {
            id,
            validity: Validity::default(),
            signer,
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

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        match self.signer {
            Signer::Hmac(_) => Algorithm::HmacSha256,
            Signer::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// When it may be used.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// The public key, for whoever verifies. HMAC has none.
    pub fn public_key(&self) -> Option<[u8; 32]> {
        self.verifying().public_key()
    }

    /// The key that opens what this one seals, of the same id and validity.
    pub fn verifying(&self) -> VerifyingKey {
        let verifier = match &self.signer {
            Signer::Hmac(key) => Verifier::Hmac(key.clone()),
            Signer::Ed25519(key) => Verifier::Ed25519(PublicKey::of(key)),
        };
        VerifyingKey::new(self.id, verifier).with_validity(self.validity)
    }

    /// Appends the signature over all of `out` from `start` on.
    pub(super) fn sign(&self, start: usize, out: &mut Vec<u8>) {
        let message = out.get(start..).unwrap_or_default();
        match &self.signer {
            Signer::Hmac(key) => {
                let signature = key.sign(message, &[]);
                out.extend_from_slice(&signature);
            }
            Signer::Ed25519(key) => {
                let signature = key.sign(message).to_bytes();
                out.extend_from_slice(&signature);
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm())
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

pub(super) fn hmac(key_id: u8, secret: &Secret) -> Result<Key, KeyError> {
    let len = secret.as_bytes().len();
    if len < MIN_SECRET {
        return Err(KeyError::SecretTooShort { key_id, len });
    }
    Ok(Key::new(secret))
}

/// The keys that seal, of which one is used at a time.
#[derive(Clone, Debug, Default)]
pub struct SigningKeys(Vec<SigningKey>);

impl SigningKeys {
    /// These keys.
    ///
    /// # Errors
    /// Two of them have the same id.
    pub fn try_new(keys: Vec<SigningKey>) -> Result<Self, KeyError> {
        let mut seen = BTreeSet::new();
        if let Some(again) = keys.iter().find(|key| !seen.insert(key.id)) {
            return Err(KeyError::Duplicate { key_id: again.id });
        }
        Ok(Self(keys))
    }

    /// The key to seal with, by the rule of [`Validity::newest`].
    pub fn active(&self, now: SystemTime) -> Option<&SigningKey> {
        Validity::newest(&self.0, SigningKey::validity, now)
    }

    /// All keys, in the order in which they were given.
    pub fn iter(&self) -> std::slice::Iter<'_, SigningKey> {
        self.0.iter()
    }

    /// The keys that open what these seal.
    pub fn verifying(&self) -> Keys {
        self.0
            .iter()
            .fold(Keys::new(), |keys, key| keys.with(key.verifying()))
    }
}

impl<'a> IntoIterator for &'a SigningKeys {
    type Item = &'a SigningKey;
    type IntoIter = std::slice::Iter<'a, SigningKey>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
