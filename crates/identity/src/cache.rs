//! Cache of verified tokens.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{self, SHA256};

use crate::Claims;
use crate::keys::KeyUse;

/// Maximum number of tokens in a set. A look-up scans the set, and a lock is held while its memory grows.
const WAYS: usize = 8;

/// Bounded number of verified tokens by their SHA-256.
///
/// The hash selects a small set. In a full set the token that expires first makes room, so expired ones go before all
/// others. Each set has a lock of its own. Only good tokens are added, so that only the issuer chooses their sets.
pub(crate) struct Cache {
    sets: Box<[Mutex<Vec<Entry>>]>,
    ways: usize,
}

/// SHA-256 of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenHash([u8; 32]);

impl TokenHash {
    /// Returns the hash of a token. Never `None`, since a hash has 32 bytes.
    pub(crate) fn of(token: &str) -> Option<Self> {
        let hash = digest::digest(&SHA256, token.as_bytes());
        hash.as_ref().try_into().ok().map(Self)
    }
}

/// Claims of a verified token, and the key that verified it.
#[derive(Clone)]
pub(crate) struct VerifiedToken {
    pub(crate) claims: Claims,
    pub(crate) key: KeyUse,
}

struct Entry {
    token: TokenHash,
    verdict: VerifiedToken,
}

impl Cache {
    /// Makes a cache of at most `capacity` tokens: 8 times a whole number, or less than 8.
    pub(crate) fn new(capacity: usize) -> Self {
        let count = capacity.div_ceil(WAYS);
        Self {
            sets: (0..count).map(|_| Mutex::default()).collect(),
            ways: capacity.checked_div(count).unwrap_or(0),
        }
    }

    /// Returns the hash of a token. `None` if the cache holds nothing, since hashing costs time.
    pub(crate) fn hash(&self, token: &str) -> Option<TokenHash> {
        (!self.sets.is_empty()).then(|| TokenHash::of(token))?
    }

    pub(crate) fn get(&self, token: &TokenHash) -> Option<VerifiedToken> {
        let set = self.set(token)?;
        let entry = set.iter().find(|entry| entry.token == *token)?;
        Some(entry.verdict.clone())
    }

    pub(crate) fn insert(&self, token: TokenHash, verdict: VerifiedToken) {
        let Some(mut set) = self.set(&token) else {
            return;
        };
        let entry = Entry { token, verdict };
        let place = match set.iter().position(|known| known.token == token) {
            None if set.len() >= self.ways => first_to_end(&set),
            place => place,
        };
        match place.and_then(|place| set.get_mut(place)) {
            Some(old) => *old = entry,
            None => set.push(entry),
        }
    }

    /// Removes the tokens whose key is not kept.
    pub(crate) fn retain(&self, mut is_kept: impl FnMut(KeyUse) -> bool) {
        for set in &self.sets {
            lock(set).retain(|entry| is_kept(entry.verdict.key));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.sets.iter().map(|set| lock(set).len()).sum()
    }

    fn set(&self, TokenHash(hash): &TokenHash) -> Option<MutexGuard<'_, Vec<Entry>>> {
        let number = u64::from_le_bytes(*hash.first_chunk()?);
        let count = u64::try_from(self.sets.len()).ok()?;
        let place = number.checked_rem(count)?;
        self.sets.get(usize::try_from(place).ok()?).map(lock)
    }
}

/// Returns the place of the token that expires first.
fn first_to_end(set: &[Entry]) -> Option<usize> {
    let ends = |(_, entry): &(usize, &Entry)| entry.verdict.claims.expires_at;
    set.iter()
        .enumerate()
        .min_by_key(ends)
        .map(|(place, _)| place)
}

/// Locks a set. A poisoned lock is usable, since a set is consistent after every step.
fn lock(set: &Mutex<Vec<Entry>>) -> MutexGuard<'_, Vec<Entry>> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
