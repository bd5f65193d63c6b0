//! Tokens bound to the client certificate that showed them first.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::cache::TokenHash;

/// Maximum number of tokens.
const CAPACITY: usize = 131_072;
/// Maximum number of tokens in a set. A look-up scans the set.
const WAYS: usize = 16;
/// Maximum number of tokens of one player in a set. One more takes the place of another of this player.
const SHARE: usize = 4;

/// Remembers for each verified token the certificate of the client that showed it first.
///
/// Every server that a player has joined knows the player's token. A client proves in its handshake that it holds the
/// key of its certificate, so that a token cannot be shown from another client once its player has shown it.
///
/// At most 131,072 tokens are remembered, 4 of each player. One takes 88 bytes of memory, at worst 176, so all of them
/// take 23 MB at worst. Memory is taken when it is needed, but for 4 bytes each. A keyed hash of the player selects one
/// of 8,192 sets. A fifth token of a player replaces the one of this player that expires first. In a full set, an
/// expired token makes room, otherwise the first to expire of the player with most tokens in it. So a token is
/// forgotten before it expires only because of other tokens of its player, or of tokens of at least 4 other players in
/// its set.
#[derive(Debug)]
pub struct Bindings {
    sets: Box<[Mutex<Vec<Binding>>]>,
    hasher: RandomState,
}

/// Verified token and the certificate of the client that shows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding {
    pub(crate) token: TokenHash,
    pub(crate) certificate: [u8; 32],
    pub(crate) player: Uuid,
    /// Seconds since 1970 from which on the token is no longer good.
    pub(crate) ends: i64,
}

impl Bindings {
    /// Makes an empty set.
    pub fn new() -> Self {
        Self {
            sets: (0..CAPACITY / WAYS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Returns whether the certificate is the one that showed this token first. Binds a new token to it.
    pub(crate) fn admit(&self, shown: Binding, now: i64) -> bool {
        let hash = self.hasher.hash_one(shown.player);
        let count = u64::try_from(self.sets.len()).unwrap_or(u64::MAX);
        let place = hash.checked_rem(count).map(usize::try_from);
        let Some(set) = place.and_then(Result::ok).and_then(|at| self.sets.get(at)) else {
            return false;
        };
        // A poisoned lock is usable, since a set is consistent after every step.
        let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = set.iter().find(|known| known.token == shown.token) {
            return known.certificate == shown.certificate;
        }
        match leaves(&set, shown.player, now).and_then(|place| set.get_mut(place)) {
            Some(old) => *old = shown,
            None => set.push(shown),
        }
        true
    }

    /// Returns the number of tokens. Visits all sets, so it is for tests and status pages.
    pub fn len(&self) -> usize {
        let lock =
            |set: &Mutex<Vec<Binding>>| set.lock().unwrap_or_else(PoisonError::into_inner).len();
        self.sets.iter().map(lock).sum()
    }

    /// Returns whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Bindings {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns the place of the token that makes room for one of this player. `None` if there is room.
fn leaves(set: &[Binding], player: Uuid, now: i64) -> Option<usize> {
    let held = |player: Uuid| set.iter().filter(|one| one.player == player).count();
    let own = held(player);
    let first_to_end = |of: &dyn Fn(&Binding) -> bool| {
        let places = set.iter().enumerate().filter(|(_, one)| of(one));
        places
            .min_by_key(|(_, one)| one.ends)
            .map(|(place, _)| place)
    };
    if own >= SHARE {
        return first_to_end(&|one| one.player == player);
    }
    if set.len() < WAYS {
        return None;
    }
    let ended = first_to_end(&|one| one.ends <= now);
    ended.or_else(|| {
        let most = set.iter().map(|one| held(one.player)).max()?;
        first_to_end(&|one| held(one.player) == most)
    })
}

#[cfg(test)]
mod tests;
