//! What plugins were asked and said.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use hyrouter_metrics::{Codes, Desc, Exposition, Histogram, Source};
use hyrouter_plugin_api::PluginError;
use hyrouter_plugins::{BreakerState, Chain, Record, Verdict};

/// Longest text of a failure that is kept, in characters. Parts of it may come from the plugin.
const MAX_ERROR: usize = 200;

/// The plugins of the configuration at work, shadow plugins too. A plugin that the next configuration has as well goes
/// on with its counts.
#[derive(Debug, Default)]
pub(crate) struct Plugins {
    by_name: ArcSwap<HashMap<Arc<str>, Arc<PluginCount>>>,
    chain: ArcSwap<Option<Arc<Chain>>>,
}

/// One plugin.
#[derive(Debug)]
pub(crate) struct PluginCount {
    pub(crate) took: Histogram,
    verdicts: Codes,
    errors: Codes,
    skipped: Codes,
    last_error: Mutex<Option<String>>,
}

impl Default for PluginCount {
    fn default() -> Self {
        Self {
            took: Histogram::default(),
            verdicts: Codes::new(["unchanged", "changed", "denied", "failed"]),
            errors: Codes::new(PluginError::REASON_CODES.iter().copied()),
            skipped: Codes::new(["overloaded", "breaker_open"]),
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
            self.skipped.inc(error.reason_code());
            return;
        }
        self.took.observe(record.elapsed);
        self.verdicts.inc(record.verdict.as_str());
        if let Verdict::Failed(error) = &record.verdict {
            self.errors.inc(error.reason_code());
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

    /// How often it said that.
    pub(crate) fn verdict(&self, verdict: &str) -> u64 {
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

impl Plugins {
    const SECONDS: Desc = Desc::histogram(
        "hyrouter_plugin_seconds",
        "How long players waited for a plugin, its queue included; for a shadow plugin nobody waited",
        &["plugin"],
    );
    const CALLS: Desc = Desc::counter(
        "hyrouter_plugin_calls",
        "What a plugin was asked, by what it said (unchanged, changed, denied, failed)",
        &["plugin", "verdict"],
    );
    const ERRORS: Desc = Desc::counter(
        "hyrouter_plugin_errors",
        "Failures of a plugin, by cause",
        &["plugin", "error"],
    );
    const SKIPPED: Desc = Desc::counter(
        "hyrouter_plugin_skipped",
        "Calls of a plugin that were not made, by cause: its breaker is open (breaker_open), or too many calls wait (overloaded)",
        &["plugin", "cause"],
    );
    const BREAKER: Desc = Desc::gauge(
        "hyrouter_plugin_breaker_open",
        "1 while a plugin is left alone because it failed too often",
        &["plugin"],
    );
    const RUNNING: Desc = Desc::gauge(
        "hyrouter_plugin_running",
        "Calls of a plugin that run",
        &["plugin"],
    );
    const WAITING: Desc = Desc::gauge(
        "hyrouter_plugin_waiting",
        "Calls of a plugin that wait for their turn",
        &["plugin"],
    );

    const CLOSED: Desc = Desc::counter(
        "hyrouter_plugin_connections_closed",
        "Connections to a gRPC plugin that the router closed: its breaker opened (breaker), or it sent frames that answer nothing (flood)",
        &["plugin", "cause"],
    );

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

impl Source for Plugins {
    fn descs(&self) -> &'static [Desc] {
        &[
            Self::SECONDS,
            Self::CALLS,
            Self::ERRORS,
            Self::SKIPPED,
            Self::BREAKER,
            Self::RUNNING,
            Self::WAITING,
            Self::CLOSED,
        ]
    }

    #[expect(clippy::cast_precision_loss, reason = "calls at a time are below 2^53")]
    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let chain = self.chain();
        let plugins: Vec<_> = chain.iter().flat_map(|chain| chain.plugins()).collect();
        let counts: Vec<_> = plugins
            .iter()
            .filter_map(|plugin| Some((plugin.name, self.of(plugin.name)?)))
            .collect();
        let took = counts
            .iter()
            .map(|(name, count)| ([*name], count.took.read()));
        into.histograms(&Self::SECONDS, took);
        let verdicts = counts.iter().flat_map(|(name, count)| {
            let verdicts = count.verdicts.iter();
            verdicts.map(|(verdict, calls)| ([*name, verdict], calls))
        });
        into.counts(&Self::CALLS, verdicts);
        let errors = counts.iter().flat_map(|(name, count)| {
            let errors = count.errors.seen();
            errors.map(|(error, calls)| ([*name, error], calls))
        });
        into.counts(&Self::ERRORS, errors);
        let skipped = counts.iter().flat_map(|(name, count)| {
            let skipped = count.skipped.iter();
            skipped.map(|(cause, calls)| ([*name, cause], calls))
        });
        into.counts(&Self::SKIPPED, skipped);
        let breakers = plugins
            .iter()
            .map(|plugin| ([plugin.name], plugin.breaker != BreakerState::Closed));
        into.flags(&Self::BREAKER, breakers);
        let running = plugins
            .iter()
            .map(|plugin| ([plugin.name], plugin.running as f64));
        into.gauges(&Self::RUNNING, running);
        let waiting = plugins
            .iter()
            .map(|plugin| ([plugin.name], plugin.waiting as f64));
        into.gauges(&Self::WAITING, waiting);
        let closed = plugins.iter().flat_map(|plugin| {
            let causes = plugin
                .connections_closed
                .map(|closed| [("breaker", closed.by_breaker), ("flood", closed.by_flood)]);
            let causes = causes.into_iter().flatten();
            causes.map(|(cause, count)| ([plugin.name, cause], count))
        });
        into.counts(&Self::CLOSED, closed);
    }
}
