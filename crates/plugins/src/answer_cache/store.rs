//! The answers in a cache, within its limits.
//!
//! No library: each answer has its own time, which tests pause with tokio's clock, and both number and memory are limited.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use hyrouter_plugin_api::PluginAnswer;
use tokio::time::Instant;

use super::key::CacheKey;
use super::{AnswerCacheStatus, CacheFault, KeyFields};

/// Maximum number of sets of fields that the keys of a cache are made of. A look into the cache makes a key for each.
pub(super) const MAX_KEYS: usize = 8;

/// Maximum number of expired answers that one call removes, so that no player waits for the removal of thousands.
const MAX_REMOVALS: usize = 16;

/// A cached answer.
pub(super) struct Entry {
    pub(super) answer: Arc<PluginAnswer>,
    /// The fields of its key.
    pub(super) fields: KeyFields,
    pub(super) expires_at: Instant,
    /// Memory that it takes in bytes.
    pub(super) size: usize,
}

/// Answers whose keys are made of the same fields.
struct KeySet {
    fields: KeyFields,
    /// Number of entries. Expired ones count until they are removed.
    entries: usize,
    /// The time at which its last answer expires.
    valid_until: Instant,
}

/// The answers, and an order in which they leave: the one that expires first is the first.
pub(super) struct AnswerStore {
    by_key: HashMap<CacheKey, Entry>,
    by_expiry: BTreeSet<(Instant, CacheKey)>,
    /// The sets of fields of all keys, the one with the most fields first. Those of expired answers only are beyond the
    /// limit of their number.
    sets: Vec<KeySet>,
    size: usize,
    max_entries: usize,
    max_size: usize,
}

impl AnswerStore {
    pub(super) fn new(max_entries: usize, max_size: usize) -> Self {
        Self {
            by_key: HashMap::new(),
            by_expiry: BTreeSet::new(),
            sets: Vec::new(),
            size: 0,
            max_entries,
            max_size,
        }
    }

    /// Returns the sets of fields of the valid answers' keys, in the order in which they are tried.
    pub(super) fn key_fields(&self, now: Instant) -> [Option<KeyFields>; MAX_KEYS] {
        let mut valid = self.sets.iter().filter(|set| now < set.valid_until);
        std::array::from_fn(|_| valid.next().map(|set| set.fields))
    }

    pub(super) fn get(&self, key: &CacheKey, now: Instant) -> Option<Arc<PluginAnswer>> {
        let entry = self.by_key.get(key)?;
        (now < entry.expires_at).then(|| Arc::clone(&entry.answer))
    }

    /// Adds an answer. Removes the one of the same key, and those that expire first if there is no room.
    ///
    /// # Errors
    /// Its set of fields is one too many.
    pub(super) fn insert(
        &mut self,
        key: CacheKey,
        entry: Entry,
        now: Instant,
    ) -> Result<(), CacheFault> {
        self.remove(&key);
        self.count(&entry, now)?;
        self.size += entry.size;
        self.by_expiry.insert((entry.expires_at, key));
        self.by_key.insert(key, entry);
        while self.by_key.len() > self.max_entries || self.size > self.max_size {
            let Some((_, first)) = self.by_expiry.first().copied() else {
                break;
            };
            self.remove(&first);
        }
        Ok(())
    }

    /// Removes some expired answers.
    pub(super) fn remove_expired(&mut self, now: Instant) {
        for _ in 0..MAX_REMOVALS {
            match self.by_expiry.first() {
                Some(&(expires_at, key)) if expires_at <= now => self.remove(&key),
                _ => return,
            }
        }
    }

    pub(super) fn status(&self) -> AnswerCacheStatus {
        AnswerCacheStatus {
            entries: self.by_key.len(),
            memory: self.size,
        }
    }

    fn count(&mut self, entry: &Entry, now: Instant) -> Result<(), CacheFault> {
        let Entry {
            fields, expires_at, ..
        } = *entry;
        let others = self.sets.iter().filter(|set| set.fields != fields);
        if others.filter(|set| now < set.valid_until).count() >= MAX_KEYS {
            return Err(CacheFault::TooManyKeys);
        }
        if let Some(set) = self.sets.iter_mut().find(|set| set.fields == fields) {
            set.entries += 1;
            set.valid_until = set.valid_until.max(expires_at);
            return Ok(());
        }
        let place = self
            .sets
            .partition_point(|set| set.fields.len() >= fields.len());
        let set = KeySet {
            fields,
            entries: 1,
            valid_until: expires_at,
        };
        self.sets.insert(place, set);
        Ok(())
    }

    fn remove(&mut self, key: &CacheKey) {
        let Some(entry) = self.by_key.remove(key) else {
            return;
        };
        self.by_expiry.remove(&(entry.expires_at, *key));
        self.size -= entry.size;
        let mut sets = self.sets.iter_mut();
        if let Some(set) = sets.find(|set| set.fields == entry.fields) {
            set.entries -= 1;
        }
        self.sets.retain(|set| set.entries > 0);
    }
}
