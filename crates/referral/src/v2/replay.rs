use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::time::SystemTime;

/// Sees that no envelope is accepted twice: remembers nonces until their envelopes expire.
///
/// It grows with what it remembers, up to its capacity: about 60 bytes for each nonce, 110 at worst, so 100,000 are at
/// most 11 MB. A guard that holds players per second times lifetime in seconds is never full; give it twice that. One
/// call costs the logarithm of what is remembered, and forgetting is paid once for each nonce.
///
/// It has to be asked after [`open`](super::open), so that only holders of a key can fill it, and with the same time.
/// All that accept the same envelopes have to share one; backends that check their target need not.
#[derive(Clone, Debug, Default)]
pub struct ReplayGuard {
    capacity: usize,
    seen: BTreeSet<[u8; 16]>,
    /// The same nonces, those first that expire first.
    by_expiry: BinaryHeap<Reverse<(SystemTime, [u8; 16])>>,
    /// The latest expiry of all that was forgotten.
    forgotten: Option<SystemTime>,
}

impl ReplayGuard {
    /// A guard that remembers so many nonces. No memory is taken before it is needed.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            ..Self::default()
        }
    }

    /// Admits an envelope that was not seen yet, and remembers it until it expires.
    ///
    /// A clock that is set back brings nothing back: what was forgotten can not be told from what was never seen, so
    /// all that expires no later than something forgotten counts as seen. While time goes forward that has expired
    /// anyway.
    ///
    /// # Errors
    /// It was seen, or there is no room to remember it: then nobody is admitted until something expires, since who is
    /// not remembered could come again.
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

    /// The most nonces that it remembers.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many nonces it remembers. Those that have expired count until the next call of [`admit`](Self::admit).
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether it remembers nothing.
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

/// Why a [`ReplayGuard`] does not admit an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// It was shown before.
    #[error("the envelope was shown before")]
    Replayed,
    /// The guard remembers as many as it may, and none of them has expired.
    #[error(
        "the replay guard is full: it remembers {capacity} envelopes, and none of them has expired"
    )]
    Full {
        /// How many it may remember.
        capacity: usize,
    },
}

impl ReplayError {
    /// A stable name of the reason, for logs and counters. It is the same in every language.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Replayed => "replayed",
            Self::Full { .. } => "replay_guard_full",
        }
    }
}
