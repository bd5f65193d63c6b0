//! Public keys of Ed25519 that are safe to verify with.

use std::fmt;

/// A public key of Ed25519 (RFC 8032) that is safe to verify with.
///
/// Libraries differ in what they accept as a public key. Some accept points of small order, for which any attacker can
/// make signatures: 32 zero bytes are one of them. Hyrouter makes all its public keys here, for envelopes and for
/// identity tokens.
///
/// ```
/// use hyrouter_referral::ed25519::{PublicKey, PublicKeyError};
///
/// assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(PublicKeyError::SmallOrder));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// Reads the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// The bytes are not a point of the curve, the point has small order, or it has another encoding than this one.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PublicKeyError> {
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| PublicKeyError::OffCurve)?;
        if key.is_weak() {
            return Err(PublicKeyError::SmallOrder);
        }
        // The library reduces a y that is not below the prime of the field, which RFC 8032 does not decode.
        if key.to_edwards().compress().to_bytes() != *bytes {
            return Err(PublicKeyError::NotCanonical);
        }
        Ok(Self(key))
    }

    /// Returns the 32 bytes of RFC 8032.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Returns the public key of a private one, which is always safe.
    pub(crate) fn of(key: &ed25519_dalek::SigningKey) -> Self {
        Self(key.verifying_key())
    }

    /// Returns whether the holder of the private key signed the message. Strict, so that only that holder can turn one
    /// signature into another.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(self.to_bytes()))
    }
}

/// 32 bytes are not a public key to verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// The bytes are not a point of the curve.
    #[error("it is not a point of the curve Ed25519")]
    OffCurve,
    /// The point has an order of 1, 2, 4 or 8.
    #[error("its point has small order; anyone could sign for it")]
    SmallOrder,
    /// The point has another, canonical encoding.
    #[error("it is not the canonical encoding of its point")]
    NotCanonical,
}
