//! Metrics of plugin calls and their verdicts.

mod collector;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use hyrouter_plugin_api::PluginErrorCode;
use hyrouter_plugins::{CacheLookup, Chain, Record, Verdict};
use prometheus_client::metrics::counter::Counter;

use super::codes::CodeCounters;
use super::histogram::Histogram;

/// Longest text of a failure that is kept, in characters. Parts of it may come from the plugin.
const MAX_ERROR: usize = 200;

/// The plugins of the active configuration, including shadow plugins. A plugin that the next configuration also has
/// keeps its counts.
#[derive(Debug, Default)]
pub(crate) struct PluginMetrics {
    by_name: ArcSwap<HashMap<Arc<str>, Arc<PluginCount>>>,
    chain: ArcSwap<Option<Arc<Chain>>>,
}

/// One plugin.
#[derive(Debug, Default)]
pub(crate) struct PluginCount {
    pub(crate) took: Histogram,
    unchanged: Counter,
    changed: Counter,
    pub(crate) denied: Counter,
    pub(crate) failed: Counter,
    /// Answers from the cache by verdict: unchanged, changed, denied.
    hits: [Counter; 3],
    pub(crate) misses: Counter,
    /// Failed calls, and calls that were not made.
    pub(super) errors: CodeCounters<PluginErrorCode>,
    last_error: Mutex<Option<String>>,
}

impl PluginCount {
    fn count(&self, record: &Record) {
        match record.cache {
            Some(CacheLookup::Hit) => return self.count_hit(&record.verdict),
            Some(CacheLookup::Miss) => _ = self.misses.inc(),
            None => {}
        }
        let counter = match &record.verdict {
            Verdict::Unchanged => &self.unchanged,
            Verdict::Changed(_) => &self.changed,
            Verdict::Denied => &self.denied,
            Verdict::Failed(error) => {
                self.errors.inc(error.code());
                // A call that was not made is no call of the plugin, and its error must not hide the one before.
                if error.is_skip() {
                    return;
                }
                let text: String = error
                    .to_string()
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(MAX_ERROR)
                    .collect();
                *self.lock() = Some(text);
                &self.failed
            }
        };
        counter.inc();
        self.took.observe(record.elapsed);
    }

    /// Counts an answer from the cache. It is no call, and its duration none of the plugin's.
    fn count_hit(&self, verdict: &Verdict) {
        let mut hits = self.hits().into_iter();
        if let Some((_, hits)) = hits.find(|(name, _)| *name == verdict.as_str()) {
            hits.inc();
        }
    }

    /// Returns the verdicts with the counters of their answers from the cache.
    fn hits(&self) -> [(&'static str, &Counter); 3] {
        let [unchanged, changed, denied] = &self.hits;
        [
            ("unchanged", unchanged),
            ("changed", changed),
            ("denied", denied),
        ]
    }

    /// Returns the number of answers from the cache.
    pub(crate) fn all_hits(&self) -> u64 {
        self.hits.iter().map(Counter::get).sum()
    }

    /// Returns the verdicts with their counters.
    fn verdicts(&self) -> [(&'static str, &Counter); 4] {
        [
            ("unchanged", &self.unchanged),
            ("changed", &self.changed),
            ("denied", &self.denied),
            ("failed", &self.failed),
        ]
    }

    pub(crate) fn calls(&self) -> u64 {
        let verdicts = self.verdicts();
        verdicts.iter().map(|(_, counter)| counter.get()).sum()
    }

    pub(crate) fn last_error(&self) -> Option<String> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        // A text is replaced as a whole, so a poisoned one is sound.
        self.last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl PluginMetrics {
    /// Counts for these plugins from now on.
    pub(crate) fn follow(&self, chain: &Arc<Chain>) {
        let before = self.by_name.load();
        let counts = chain.plugins().map(|plugin| {
            let name: Arc<str> = plugin.name.into();
            let count = before.get(&name).cloned().unwrap_or_default();
            (name, count)
        });
        self.by_name.store(Arc::new(counts.collect()));
        self.chain.store(Arc::new(Some(Arc::clone(chain))));
    }

    pub(crate) fn count(&self, record: &Record) {
        if let Some(count) = self.by_name.load().get(&record.plugin) {
            count.count(record);
        }
    }

    pub(crate) fn of(&self, name: &str) -> Option<Arc<PluginCount>> {
        self.by_name.load().get(name).cloned()
    }

    pub(crate) fn chain(&self) -> Option<Arc<Chain>> {
        Option::clone(&self.chain.load())
    }
}
