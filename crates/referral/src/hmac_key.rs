use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{KeyError, Secret};

/// Length of a tag in bytes.
pub(crate) const TAG: usize = 32;

/// Minimum length of a secret of version 2 in bytes: 128 bits, if they are random.
pub(crate) const MIN_SECRET: usize = 16;

/// Block size of SHA-256 in bytes.
const BLOCK: usize = 64;

/// Secret taken in by HMAC-SHA256. Hashing the key block is half the work of a short message, so it is done once and
/// the state is copied for each envelope. The state is wiped on drop.
#[derive(Clone)]
pub(crate) struct HmacKey(Hmac<Sha256>);

impl HmacKey {
    /// Makes the key of an envelope of version 2. Version 1 has no minimum.
    pub(crate) fn try_new(key_id: u8, secret: &Secret) -> Result<Self, KeyError> {
        match secret.byte_count() {
            len if len < MIN_SECRET => Err(KeyError::SecretTooShort { key_id, len }),
            _ => Ok(Self::new(secret)),
        }
    }

    pub(crate) fn new(secret: &Secret) -> Self {
        // The key block of RFC 2104, section 2, filled here, because the constructor from a slice of any length is
        // fallible by its type though it never fails.
        let mut block = Zeroizing::new([0; BLOCK]);
        let bytes = secret.as_bytes();
        if let Some(start) = block.get_mut(..bytes.len()) {
            start.copy_from_slice(bytes);
        } else {
            let digest = Zeroizing::new(<[u8; TAG]>::from(Sha256::digest(bytes)));
            block
                .iter_mut()
                .zip(digest.iter())
                .for_each(|(to, from)| *to = *from);
        }
        Self(Hmac::new((&*block).into()))
    }

    /// Signs both parts as one message, so that they need not be copied together.
    pub(crate) fn sign(&self, head: &[u8], tail: &[u8]) -> [u8; TAG] {
        self.state(head, tail).finalize().into_bytes().into()
    }

    /// Compares in constant time.
    pub(crate) fn verify(&self, head: &[u8], tail: &[u8], tag: &[u8; TAG]) -> bool {
        self.state(head, tail).verify(tag.into()).is_ok()
    }

    fn state(&self, head: &[u8], tail: &[u8]) -> Hmac<Sha256> {
        let mut state = self.0.clone();
        state.update(head);
        state.update(tail);
        state
    }
}
