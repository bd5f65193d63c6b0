use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{SIGNATURE, Secret};

/// The block size of SHA-256 in bytes.
const BLOCK: usize = 64;

/// The keys by which envelopes are verified, by key id.
///
/// Several at once let a network change its secret: give the backends the new key, then the entrypoint, then take the
/// old key away.
#[derive(Clone, Default)]
pub struct KeyRing {
    keys: BTreeMap<u8, Key>,
}

impl KeyRing {
    /// A ring without keys, which verifies nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// This ring with one key more. A key of the same id is replaced.
    #[must_use]
    pub fn with(mut self, key_id: u8, secret: &Secret) -> Self {
        self.insert(key_id, secret);
        self
    }

    /// Adds a key. A key of the same id is replaced.
    pub fn insert(&mut self, key_id: u8, secret: &Secret) {
        self.keys.insert(key_id, Key::new(secret));
    }

    pub(crate) fn get(&self, key_id: u8) -> Option<&Key> {
        self.keys.get(&key_id)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

/// A secret taken in by HMAC-SHA256. Hashing the key block is half the work of a short message, so it is done once and
/// the state is copied for each envelope. The state is wiped on drop.
#[derive(Clone)]
pub(crate) struct Key(Hmac<Sha256>);

impl Key {
    pub(crate) fn new(secret: &Secret) -> Self {
        // The key block of RFC 2104, section 2, filled here, because the constructor from a slice of any length is
        // fallible by its type though it never fails.
        let mut block = Zeroizing::new([0; BLOCK]);
        let bytes = secret.as_bytes();
        if let Some(start) = block.get_mut(..bytes.len()) {
            start.copy_from_slice(bytes);
        } else {
            let digest = Zeroizing::new(<[u8; SIGNATURE]>::from(Sha256::digest(bytes)));
            block
                .iter_mut()
                .zip(digest.iter())
                .for_each(|(to, from)| *to = *from);
        }
        Self(Hmac::new((&*block).into()))
    }

    /// Signs both parts as one message, so that they need not be copied together.
    pub(crate) fn sign(&self, head: &[u8], tail: &[u8]) -> [u8; SIGNATURE] {
        self.state(head, tail).finalize().into_bytes().into()
    }

    /// Compares in constant time.
    pub(crate) fn verify(&self, head: &[u8], tail: &[u8], signature: &[u8; SIGNATURE]) -> bool {
        self.state(head, tail).verify(signature.into()).is_ok()
    }

    fn state(&self, head: &[u8], tail: &[u8]) -> Hmac<Sha256> {
        let mut state = self.0.clone();
        state.update(head);
        state.update(tail);
        state
    }
}
