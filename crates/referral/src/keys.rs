use std::slice::Iter;
use std::time::SystemTime;

use crate::key::{EnvelopeKey, Signer, Verifier};
use crate::{KeyError, SigningKey, Validity};

/// Keys that seal. One is used at a time.
pub type SigningKeys = Keys<Signer>;

/// Keys that open.
pub type VerifyingKeys = Keys<Verifier>;

/// Keys of envelopes, one for each id, in the order in which they were added: [`SigningKeys`] or [`VerifyingKeys`].
#[derive(Clone, Debug)]
pub struct Keys<M>(Vec<EnvelopeKey<M>>);

impl<M> Keys<M> {
    /// Makes a set without keys, which seals and opens nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a key. A key of the same id is replaced.
    #[must_use]
    pub fn with(mut self, key: EnvelopeKey<M>) -> Self {
        match self.0.iter_mut().find(|known| known.id() == key.id()) {
            Some(known) => *known = key,
            None => self.0.push(key),
        }
        self
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`KeyError::Duplicate`] if there is one of the same id, which stays.
    pub fn insert(&mut self, key: EnvelopeKey<M>) -> Result<(), KeyError> {
        if self.get(key.id()).is_some() {
            return Err(KeyError::Duplicate { key_id: key.id() });
        }
        self.0.push(key);
        Ok(())
    }

    /// Returns the key of this id.
    pub fn get(&self, id: u8) -> Option<&EnvelopeKey<M>> {
        self.0.iter().find(|key| key.id() == id)
    }

    /// Returns all keys in the order in which they were added.
    pub fn iter(&self) -> Iter<'_, EnvelopeKey<M>> {
        self.0.iter()
    }
}

impl SigningKeys {
    /// Returns the key to seal with, by the rule of [`Validity::newest`].
    pub fn active(&self, now: SystemTime) -> Option<&SigningKey> {
        Validity::newest(&self.0, SigningKey::validity, now)
    }

    /// Returns the keys that open what these seal.
    pub fn verifying_keys(&self) -> VerifyingKeys {
        Keys(self.iter().map(SigningKey::verifying_key).collect())
    }
}

impl<M> Default for Keys<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, M> IntoIterator for &'a Keys<M> {
    type Item = &'a EnvelopeKey<M>;
    type IntoIter = Iter<'a, EnvelopeKey<M>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
