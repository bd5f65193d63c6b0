use std::fmt;

use ed25519_dalek::Signer as _;

use crate::ed25519::PublicKey;
use crate::hmac_key::HmacKey;
use crate::{Algorithm, KeyError, Secret, Validity};

/// Key that seals envelopes.
pub type SigningKey = EnvelopeKey<Signer>;

/// Key that opens envelopes.
pub type VerifyingKey = EnvelopeKey<Verifier>;

/// Key of envelopes with its id and the times at which it is valid: a [`SigningKey`] or a [`VerifyingKey`].
///
/// Secrets are never printed and are wiped from memory on drop.
#[derive(Clone)]
pub struct EnvelopeKey<M> {
    id: u8,
    algorithm: Algorithm,
    validity: Validity,
    material: M,
}

/// Secret half of a [`SigningKey`].
#[derive(Clone)]
pub struct Signer(SignerMaterial);

#[derive(Clone)]
enum SignerMaterial {
    Hmac(HmacKey),
    Ed25519(ed25519_dalek::SigningKey),
}

/// Key material of a [`VerifyingKey`].
#[derive(Clone)]
pub struct Verifier(VerifierMaterial);

#[derive(Clone)]
enum VerifierMaterial {
    Hmac(HmacKey),
    Ed25519(PublicKey),
}

impl<M> EnvelopeKey<M> {
    fn new(id: u8, algorithm: Algorithm, material: M) -> Self {
        Self {
            id,
            algorithm,
            validity: Validity::default(),
            material,
        }
    }

    /// Sets when the key is valid. By default it always is.
    #[must_use]
    pub fn with_validity(mut self, validity: Validity) -> Self {
        self.validity = validity;
        self
    }

    /// Returns the id of the key in envelopes.
    pub fn id(&self) -> u8 {
        self.id
    }

    /// Returns the algorithm that the key signs or verifies by.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns when the key is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }
}

impl SigningKey {
    /// Makes a key for HMAC-SHA256, always valid.
    ///
    /// # Errors
    /// [`KeyError::SecretTooShort`] if the secret has fewer than 16 bytes.
    pub fn hmac(id: u8, secret: &Secret) -> Result<Self, KeyError> {
        let key = SignerMaterial::Hmac(HmacKey::try_new(id, secret)?);
        Ok(Self::new(id, Algorithm::HmacSha256, Signer(key)))
    }

    /// Makes a key for Ed25519, always valid. The seed is the private key of RFC 8032.
    ///
    /// # Errors
    /// [`KeyError::SeedLength`] if the seed does not have 32 bytes.
    pub fn ed25519(id: u8, seed: &Secret) -> Result<Self, KeyError> {
        let seed = seed.as_bytes();
        let seed = seed.try_into().map_err(|_| KeyError::SeedLength {
            key_id: id,
            len: seed.len(),
        })?;
        let key = SignerMaterial::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed));
        Ok(Self::new(id, Algorithm::Ed25519, Signer(key)))
    }

    /// Returns the public key for verification. HMAC has none.
    pub fn public_key(&self) -> Option<[u8; 32]> {
        self.verifying_key().public_key()
    }

    /// Returns the key that opens what this one seals, of the same id and validity.
    pub fn verifying_key(&self) -> VerifyingKey {
        let verifier = match &self.material.0 {
            SignerMaterial::Hmac(key) => VerifierMaterial::Hmac(key.clone()),
            SignerMaterial::Ed25519(key) => VerifierMaterial::Ed25519(PublicKey::of(key)),
        };
        VerifyingKey::new(self.id, self.algorithm, Verifier(verifier)).with_validity(self.validity)
    }

    /// Appends the signature over all of `out` from `start` on.
    pub(crate) fn sign(&self, start: usize, out: &mut Vec<u8>) {
        let message = out.get(start..).unwrap_or_default();
        match &self.material.0 {
            SignerMaterial::Hmac(key) => {
                let signature = key.sign(message, &[]);
                out.extend_from_slice(&signature);
            }
            SignerMaterial::Ed25519(key) => {
                let signature = key.sign(message).to_bytes();
                out.extend_from_slice(&signature);
            }
        }
    }
}

impl VerifyingKey {
    /// Makes a key for HMAC-SHA256, always valid.
    ///
    /// # Errors
    /// [`KeyError::SecretTooShort`] if the secret has fewer than 16 bytes.
    pub fn hmac(id: u8, secret: &Secret) -> Result<Self, KeyError> {
        let key = VerifierMaterial::Hmac(HmacKey::try_new(id, secret)?);
        Ok(Self::new(id, Algorithm::HmacSha256, Verifier(key)))
    }

    /// Makes a key for Ed25519, always valid, from the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// [`KeyError::PublicKey`] if they are not a [`PublicKey`].
    pub fn ed25519(id: u8, public_key: &[u8; 32]) -> Result<Self, KeyError> {
        let key = PublicKey::from_bytes(public_key).map_err(|problem| KeyError::PublicKey {
            key_id: id,
            problem,
        })?;
        let key = VerifierMaterial::Ed25519(key);
        Ok(Self::new(id, Algorithm::Ed25519, Verifier(key)))
    }

    /// Returns the public key. HMAC has none.
    pub fn public_key(&self) -> Option<[u8; 32]> {
        match &self.material.0 {
            VerifierMaterial::Hmac(_) => None,
            VerifierMaterial::Ed25519(key) => Some(key.to_bytes()),
        }
    }

    /// Returns whether this key has signed the message. HMAC is compared in constant time. Ed25519 is strict, so that
    /// only the holder of the seed can turn one signature into another.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material.0 {
            VerifierMaterial::Hmac(key) => signature
                .try_into()
                .is_ok_and(|signature| key.verify(message, &[], signature)),
            VerifierMaterial::Ed25519(key) => key.verify(message, signature),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

impl<M> fmt::Debug for EnvelopeKey<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvelopeKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}
