//! Keys of a verifier.

use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{Algorithm, DecodingKey};

use super::{KeySet, KeySetKey};
use crate::TokenRefusal;

/// Keys of a verifier. Never changed, only replaced.
#[derive(Default)]
pub(crate) struct TrustedKeys {
    keys: Vec<TrustedKey>,
    /// Number of the next new key.
    next: u64,
}

struct TrustedKey {
    public: KeySetKey,
    decoding: DecodingKey,
    /// Unique among all keys that the verifier ever had, so that a cached token cannot pass under a new key of the same
    /// id.
    number: u64,
}

/// Key that verified a cached token, and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUse {
    number: u64,
    /// `true` if the token named the key. Otherwise the token is good only while there is no other key.
    is_named: bool,
}

/// Changes by [`TokenVerifier::replace_keys`](crate::TokenVerifier::replace_keys). A key with another value under the
/// same id is in both lists. The id of a key without one is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeySetChange {
    /// Ids of added keys.
    pub added: Vec<String>,
    /// Ids of removed keys.
    pub removed: Vec<String>,
}

impl KeySetChange {
    /// Returns whether the keys are the same as before.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl TrustedKeys {
    /// Returns the keys that replace these. A key in both sets keeps its number.
    pub(crate) fn followed_by(&self, set: KeySet) -> (Self, KeySetChange) {
        let mut change = KeySetChange::default();
        let mut next = self.next;
        let keys: Vec<_> = set
            .keys
            .into_iter()
            .map(|public| {
                let known = self.keys.iter().find(|key| key.public == public);
                let number = known.map_or(next, |key| key.number);
                if known.is_none() {
                    next += 1;
                    change.added.push(public.id.clone());
                }
                TrustedKey {
                    decoding: DecodingKey::from_ed_der(&public.bytes),
                    public,
                    number,
                }
            })
            .collect();
        let gone = self
            .keys
            .iter()
            .filter(|old| keys.iter().all(|key| key.number != old.number));
        change.removed = gone.map(|key| key.public.id.clone()).collect();
        (Self { keys, next }, change)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.public.id.as_str())
    }

    /// Verifies with the key of this id; without an id, with the only key.
    pub(crate) fn verify(
        &self,
        id: Option<&str>,
        signed: &[u8],
        signature: impl FnOnce() -> Result<Vec<u8>, TokenRefusal>,
    ) -> Result<KeyUse, TokenRefusal> {
        let key = match (id, self.keys.as_slice()) {
            (Some(id), keys) => keys.iter().find(|key| key.public.id == id),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let key = key.ok_or(TokenRefusal::UnknownKey)?;
        key.verify(signed, &signature()?)?;
        Ok(KeyUse {
            number: key.number,
            is_named: id.is_some(),
        })
    }

    /// Returns whether a token that was verified so would be verified again.
    pub(crate) fn allows(&self, used: KeyUse) -> bool {
        match self.keys.as_slice() {
            [only] => only.number == used.number,
            keys => used.is_named && keys.iter().any(|key| key.number == used.number),
        }
    }
}

impl TrustedKey {
    /// Names the provider instead of taking that of the process, which may have another one or none.
    fn verify(&self, signed: &[u8], signature: &Vec<u8>) -> Result<(), TokenRefusal> {
        (aws_lc::DEFAULT_PROVIDER.verifier_factory)(&Algorithm::EdDSA, &self.decoding)
            .map_err(|_| TokenRefusal::Signature)?
            .verify(signed, signature)
            .map_err(|_| TokenRefusal::Signature)
    }
}

#[cfg(test)]
impl KeyUse {
    pub(crate) fn for_tests(number: u64) -> Self {
        Self {
            number,
            is_named: true,
        }
    }
}
