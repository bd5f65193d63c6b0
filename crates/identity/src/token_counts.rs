use std::sync::atomic::{AtomicU64, Ordering};

use crate::TokenRefusal;

/// Results of a [`TokenVerifier`](crate::TokenVerifier) since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenCounts {
    verified: u64,
    from_cache: u64,
    refused: [u64; TokenRefusal::ALL.len()],
}

impl TokenCounts {
    /// Returns the number of verified tokens.
    pub fn verified(&self) -> u64 {
        self.verified
    }

    /// Returns how many verified tokens came from the cache.
    pub fn from_cache(&self) -> u64 {
        self.from_cache
    }

    /// Returns the number of tokens with this refusal.
    pub fn refused(&self, refusal: TokenRefusal) -> u64 {
        self.refused.get(refusal.place()).copied().unwrap_or(0)
    }

    /// Returns all counts by name: `verified`, `from_cache`, and the name of each refusal.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let good = [("verified", self.verified), ("from_cache", self.from_cache)];
        let codes = TokenRefusal::ALL.iter().map(|refusal| refusal.as_str());
        good.into_iter().chain(codes.zip(self.refused))
    }
}

/// Counters behind [`TokenCounts`].
#[derive(Debug, Default)]
pub(crate) struct TokenTally {
    verified: AtomicU64,
    from_cache: AtomicU64,
    refused: [AtomicU64; TokenRefusal::ALL.len()],
}

impl TokenTally {
    pub(crate) fn verified(&self) {
        self.verified.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn cache_hit(&self) {
        self.from_cache.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self, refusal: TokenRefusal) {
        if let Some(count) = self.refused.get(refusal.place()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn counts(&self) -> TokenCounts {
        TokenCounts {
            verified: self.verified.load(Ordering::Relaxed),
            from_cache: self.from_cache.load(Ordering::Relaxed),
            refused: self
                .refused
                .each_ref()
                .map(|count| count.load(Ordering::Relaxed)),
        }
    }
}
