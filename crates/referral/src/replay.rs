use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::time::SystemTime;

/// Refuses envelopes that are shown again: remembers nonces until their envelopes expire.
///
/// Memory grows with the nonces, up to the capacity: about 60 bytes each, 110 at worst, so 100,000 take at most 11 MB.
/// A capacity of players per second times lifetime in seconds is never exceeded; use twice that. One call takes time
/// logarithmic in the number of nonces, and each nonce is removed once.
///
/// Call it after [`open`](crate::open), so that only holders of a key can fill it, and with the same time. Servers that
/// accept the same envelopes must share one guard; backends that check their target need not.
#[derive(Clone, Debug, Default)]
pub struct ReplayGuard {
    capacity: usize,
    seen: BTreeSet<[u8; 16]>,
    /// The same nonces, the first to expire first.
    by_expiry: BinaryHeap<Reverse<(SystemTime, [u8; 16])>>,
    /// Latest expiry of all forgotten nonces.
    forgotten: Option<SystemTime>,
}

impl ReplayGuard {
    /// Makes a guard that remembers at most `capacity` nonces. No memory is allocated before it is needed.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            ..Self::default()
        }
    }

    /// Admits an envelope that was not seen yet, and remembers it until it expires.
    ///
    /// A clock that is set back admits nothing twice: a forgotten nonce cannot be distinguished from one that was never
    /// seen, so every envelope that expires no later than a forgotten one counts as seen. While time goes forward such
    /// envelopes have expired anyway.
    ///
    /// # Errors
    /// [`ReplayError::Replayed`] if it was seen. [`ReplayError::Full`] if there is no room to remember it: nothing is
    /// admitted then until a nonce expires, since an envelope that is not remembered could be shown again.
    pub fn admit(
        &mut self,
        nonce: [u8; 16],
        expires_at: SystemTime,
        now: SystemTime,
    ) -> Result<(), ReplayError> {
        self.forget(now);
        let forgotten = self.forgotten.is_some_and(|until| expires_at <= until);
        if forgotten || self.seen.contains(&nonce) {
            return Err(ReplayError::Replayed);
        }
        if self.seen.len() >= self.capacity {
            return Err(ReplayError::Full {
                capacity: self.capacity,
            });
        }
        self.seen.insert(nonce);
        self.by_expiry.push(Reverse((expires_at, nonce)));
        Ok(())
    }

    /// Returns the maximum number of nonces.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns the number of nonces. Expired ones count until the next call of [`admit`](Self::admit).
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Returns whether there are no nonces.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    fn forget(&mut self, now: SystemTime) {
        while let Some(&Reverse((expires_at, nonce))) = self.by_expiry.peek()
            && expires_at <= now
        {
            self.by_expiry.pop();
            self.seen.remove(&nonce);
            self.forgotten = self.forgotten.max(Some(expires_at));
        }
    }
}

/// A [`ReplayGuard`] does not admit an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The envelope was shown before.
    #[error("the envelope was shown before")]
    Replayed,
    /// The guard remembers as many nonces as it may, and none of them has expired.
    #[error(
        "the replay guard is full: it remembers {capacity} envelopes, and none of them has expired"
    )]
    Full {
        /// Maximum number of nonces.
        capacity: usize,
    },
}

impl ReplayError {
    /// Returns a stable name of the reason, for logs and counters. It is the same in every language.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Replayed => "replayed",
            Self::Full { .. } => "replay_guard_full",
        }
    }
}
