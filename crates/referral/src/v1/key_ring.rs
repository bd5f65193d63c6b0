use std::collections::BTreeMap;
use std::fmt;

use crate::Secret;
use crate::hmac_key::HmacKey;

/// Keys that verify envelopes, by key id.
///
/// Several at once let a network change its secret: give the backends the new key, then the entrypoint, then take the
/// old key away.
#[derive(Clone, Default)]
pub struct KeyRing {
    keys: BTreeMap<u8, HmacKey>,
}

impl KeyRing {
    /// Makes a ring without keys, which verifies nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key. A key of the same id is replaced.
    #[must_use]
    pub fn with(mut self, key_id: u8, secret: &Secret) -> Self {
        self.insert(key_id, secret);
        self
    }

    /// Adds a key. A key of the same id is replaced.
    pub fn insert(&mut self, key_id: u8, secret: &Secret) {
        self.keys.insert(key_id, HmacKey::new(secret));
    }

    pub(crate) fn get(&self, key_id: u8) -> Option<&HmacKey> {
        self.keys.get(&key_id)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}
