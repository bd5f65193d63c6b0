//! Metrics of plugin calls and their verdicts.

mod source;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use hyrouter_metrics::{Codes, Histogram};
use hyrouter_plugin_api::PluginErrorCode;
use hyrouter_plugins::{Chain, Record, Verdict};

/// Longest text of a failure that is kept, in characters. Parts of it may come from the plugin.
const MAX_ERROR: usize = 200;

/// The plugins of the configuration at work, shadow plugins too. A plugin that the next configuration has as well goes
/// on with its counts.
#[derive(Debug, Default)]
pub(crate) struct PluginMetrics {
    by_name: ArcSwap<HashMap<Arc<str>, Arc<PluginCount>>>,
    chain: ArcSwap<Option<Arc<Chain>>>,
}

/// One plugin.
#[derive(Debug)]
pub(crate) struct PluginCount {
    pub(crate) took: Histogram,
    verdicts: Codes,
    errors: Codes<PluginErrorCode>,
    skipped: Codes<PluginErrorCode>,
    last_error: Mutex<Option<String>>,
}

impl Default for PluginCount {
    fn default() -> Self {
        Self {
            took: Histogram::default(),
            verdicts: Codes::of(&["unchanged", "changed", "denied", "failed"]),
            errors: Codes::new(&PluginErrorCode::ALL, PluginErrorCode::as_str),
            skipped: Codes::new(&PluginErrorCode::SKIPS, PluginErrorCode::as_str),
            last_error: Mutex::default(),
        }
    }
}

impl PluginCount {
    fn count(&self, record: &Record) {
        // A call that was not made says nothing about the plugin, and hides nothing that is known of it.
        if let Verdict::Failed(error) = &record.verdict
            && error.is_skip()
        {
            self.skipped.inc(error.code());
            return;
        }
        self.took.observe(record.elapsed);
        self.verdicts.inc(record.verdict.as_str());
        if let Verdict::Failed(error) = &record.verdict {
            self.errors.inc(error.code());
            let text: String = error
                .to_string()
                .chars()
                .filter(|c| !c.is_control())
                .take(MAX_ERROR)
                .collect();
            *self.lock() = Some(text);
        }
    }

    pub(crate) fn calls(&self) -> u64 {
        self.verdicts.total()
    }

    /// Returns the number of calls with this verdict.
    pub(crate) fn verdict(&self, verdict: &'static str) -> u64 {
        self.verdicts.get(verdict)
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
