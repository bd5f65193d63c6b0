//! The key of Retry tokens.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hkdf;

/// HKDF salt. Separates these tokens from other uses of the same secret.
const SALT: &[u8] = b"hyrouter retry token 1";
/// Minimum length of a secret, in bytes. A shorter one could be guessed.
const MIN_LEN: usize = 32;

/// A secret that several servers share, so that each accepts the Retry tokens of the others.
///
/// A token contains the client's address and a time. A party that knows the key can forge addresses as if there were no
/// Retry. The key cannot be printed, and the secret itself is not kept.
#[derive(Clone)]
pub struct AddressTokenKey(Arc<hkdf::Prk>);

impl AddressTokenKey {
    /// Makes a key of a secret of at least 32 bytes.
    ///
    /// # Errors
    ///
    /// The secret is too short. The error holds nothing of it.
    pub fn new(secret: &[u8]) -> Result<Self, AddressTokenKeyError> {
        if secret.len() < MIN_LEN {
            return Err(AddressTokenKeyError {
                bytes: secret.len(),
            });
        }
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(secret);
        Ok(Self(Arc::new(prk)))
    }

    pub(crate) fn for_quic(&self) -> Arc<dyn quinn::crypto::HandshakeTokenKey> {
        Arc::clone(&self.0) as Arc<dyn quinn::crypto::HandshakeTokenKey>
    }
}

impl fmt::Debug for AddressTokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressTokenKey(..)")
    }
}

/// A secret is too short for an [`AddressTokenKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret has {bytes} bytes; the minimum is {MIN_LEN}")]
#[non_exhaustive]
pub struct AddressTokenKeyError {
    /// Length of the secret in bytes.
    pub bytes: usize,
}

#[cfg(test)]
mod tests {
    use super::AddressTokenKey;

    #[test]
    fn a_secret_that_can_be_guessed_is_refused() {
        let long = "hunter2".repeat(5);
        for (secret, problem) in [
            ("", "has 0 bytes"),
            ("hunter2", "has 7 bytes"),
            (&long[..31], "has 31 bytes; the minimum is 32"),
        ] {
            let error = AddressTokenKey::new(secret.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(problem), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
        let key = AddressTokenKey::new(&long.as_bytes()[..32]).unwrap();
        assert_eq!(format!("{key:?}"), "AddressTokenKey(..)");
    }
}
