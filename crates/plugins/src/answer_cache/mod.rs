//! Answers that a plugin permits the router to give again.

mod key;
mod key_fields;
mod offer;
mod store;

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyrouter_plugin_api::{Backend, ConnectRequest, MisnamedField, PluginAnswer};
use tokio::time::Instant;

use self::key::{CacheKey, KeySource};
pub use self::key_fields::KeyFields;
pub use self::offer::{CacheFault, CacheOffer};
use self::store::{AnswerStore, Entry};

/// Maximum memory of one cached answer in bytes.
const MAX_ENTRY: usize = 16 * 1024;

/// Memory of an entry beside its answer in bytes: its place in two collections, counted generously.
const ENTRY_OVERHEAD: usize = 256;

/// Limits of the cache of one plugin's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerCacheSettings {
    /// Maximum age of a cached answer, counted from the start of the call that gave it. Default 60 s.
    pub max_ttl: Duration,
    /// Maximum number of cached answers. Default 10,000.
    pub max_entries: NonZeroU32,
    /// Maximum memory of the cached answers in bytes. Default 16 MiB: 10,000 usual answers take 5 MB.
    pub max_memory: u64,
}

impl Default for AnswerCacheSettings {
    fn default() -> Self {
        Self {
            max_ttl: Duration::from_mins(1),
            max_entries: NonZeroU32::MIN.saturating_add(9999),
            max_memory: 16 * 1024 * 1024,
        }
    }
}

/// Content of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerCacheStatus {
    /// Number of cached answers. Expired ones count until the next players have come.
    pub entries: usize,
    /// Memory that they take in bytes.
    pub memory: usize,
}

/// Result of a look into the cache of a plugin's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheLookup {
    /// The answer is from the cache; the plugin was not called.
    Hit,
    /// The cache had no answer.
    Miss,
}

/// Cache of the answers of one plugin.
pub(crate) struct AnswerCache {
    settings: AnswerCacheSettings,
    store: Mutex<AnswerStore>,
}

impl AnswerCache {
    pub(crate) fn new(settings: AnswerCacheSettings) -> Self {
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let store = AnswerStore::new(
            size(settings.max_entries.get().into()),
            size(settings.max_memory),
        );
        Self {
            settings,
            store: Mutex::new(store),
        }
    }

    pub(crate) fn settings(&self) -> AnswerCacheSettings {
        self.settings
    }

    /// Returns a fresh answer to a request. If several fit, returns the one with the most fields in its key.
    pub(crate) fn get(&self, request: &ConnectRequest) -> Option<PluginAnswer> {
        let now = Instant::now();
        let key_fields = {
            let mut store = self.lock();
            store.remove_expired(now);
            store.key_fields(now)
        };
        let source = KeySource::new(request);
        // Keys are made without the lock, which all cores share.
        key_fields.into_iter().flatten().find_map(|fields| {
            let key = CacheKey::of(&source, fields);
            let answer = self.lock().get(&key, now)?;
            Some(PluginAnswer::clone(&answer))
        })
    }

    /// Keeps the answer of a call for as long as plugin and operator permit.
    ///
    /// # Errors
    /// The plugin permits it, but the cache cannot take it. A fault of the permission itself is none here, since
    /// [`apply_answer`](crate::apply_answer) reports it.
    pub(crate) fn put(
        &self,
        request: &ConnectRequest,
        answer: &PluginAnswer,
        called_at: Instant,
    ) -> Result<(), CacheFault> {
        let Ok(Some(offer)) = CacheOffer::of(&answer.response, request) else {
            return Ok(());
        };
        let size = ENTRY_OVERHEAD + memory(answer);
        if size > MAX_ENTRY {
            return Err(CacheFault::TooLarge {
                size,
                max: MAX_ENTRY,
            });
        }
        // From the start of the call: the plugin may have read its data at any time since then.
        let ttl = offer.ttl().min(self.settings.max_ttl);
        let Some(expires_at) = called_at.checked_add(ttl) else {
            return Ok(());
        };
        let key = CacheKey::of(&KeySource::new(request), offer.fields());
        let entry = Entry {
            answer: Arc::new(answer.clone()),
            fields: offer.fields(),
            expires_at,
            size,
        };
        self.lock().insert(key, entry, Instant::now())
    }

    pub(crate) fn status(&self) -> AnswerCacheStatus {
        self.lock().status()
    }

    fn lock(&self) -> MutexGuard<'_, AnswerStore> {
        // Nothing under the lock panics; if it did, the worst is an entry that counts twice.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for AnswerCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Answers may name players.
        f.debug_struct("AnswerCache")
            .field("settings", &self.settings)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// Returns the memory that a clone of an answer takes in bytes.
fn memory(answer: &PluginAnswer) -> usize {
    let response = &answer.response;
    let reason = response.deny_reason.as_ref().map_or(0, String::len);
    let data = response.referral_data.as_ref().map_or(0, Vec::len);
    let backends = response.candidates.iter().chain(&response.backend);
    let backends: usize = backends.map(backend_memory).sum();
    let names = response.cache_key.iter().flatten();
    let names: usize = names.map(|name| size_of::<String>() + name.len()).sum();
    // At most 8, each with a name of at most 64 bytes and a short place.
    let misnamed = answer.misnamed.len() * (size_of::<MisnamedField>() + 96);
    size_of::<PluginAnswer>() + reason + data + backends + names + misnamed
}

fn backend_memory(backend: &Backend) -> usize {
    let texts = backend.meta.iter();
    // Nodes of the map are at least half full, so a text takes up to two places.
    let meta: usize = texts
        .map(|(key, value)| 4 * size_of::<String>() + key.len() + value.len())
        .sum();
    size_of::<Backend>() + backend.host.len() + meta
}
