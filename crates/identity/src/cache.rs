//! Tokens that were verified.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{self, SHA256};

use crate::Claims;
use crate::keys::KeyUse;

/// Most tokens in a set. All of them are looked at, and the memory of one set is what a lock is held for.
const WAYS: usize = 8;

/// A bounded number of verdicts by the SHA-256 of the token.
///
/// The hash says in which small set a token may stand; where that is full, whatever ends first makes room, so what has
/// ended goes before all else. Each set has a lock of its own. Nobody can choose the set of a token without signing it,
/// and only good tokens get here.
pub(crate) struct Cache {
    sets: Box<[Mutex<Vec<Entry>>]>,
    ways: usize,
}

/// The SHA-256 of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenHash([u8; 32]);

impl TokenHash {
    /// None never happens: the hash has 32 bytes.
    pub(crate) fn of(token: &str) -> Option<Self> {
        let hash = digest::digest(&SHA256, token.as_bytes());
        hash.as_ref().try_into().ok().map(Self)
    }
}

/// What is remembered of a token.
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
    /// A cache of so many tokens at most: 8 times a whole number, or less than 8.
    pub(crate) fn new(capacity: usize) -> Self {
        let count = capacity.div_ceil(WAYS);
        Self {
            sets: (0..count).map(|_| Mutex::default()).collect(),
            ways: capacity.checked_div(count).unwrap_or(0),
        }
    }

    /// The hash of a token; none where nothing is remembered, since it costs time.
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

    /// Forgets what was verified otherwise.
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

/// The place of what ends first.
fn first_to_end(set: &[Entry]) -> Option<usize> {
    let ends = |(_, entry): &(usize, &Entry)| entry.verdict.claims.expires_at;
    set.iter()
        .enumerate()
        .min_by_key(ends)
        .map(|(place, _)| place)
}

/// A set is whole after every step, so a thread that died in it has left nothing half done.
fn lock(set: &Mutex<Vec<Entry>>) -> MutexGuard<'_, Vec<Entry>> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
