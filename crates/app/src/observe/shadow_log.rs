//! Log lines about the verdicts of shadow plugins.

use std::sync::Arc;

use hyrouter_plugins::{Observer, ShadowReport, Verdict};
use hyrouter_text::shown;

use crate::metrics::PluginMetrics;

#[derive(Debug)]
pub(crate) struct ShadowLog {
    metrics: Arc<PluginMetrics>,
}

impl ShadowLog {
    pub(crate) fn counting(metrics: Arc<PluginMetrics>) -> Self {
        Self { metrics }
    }
}

impl Observer for ShadowLog {
    fn shadow(&self, report: &ShadowReport<'_>) {
        let record = report.record;
        self.metrics.count(record);
        // The breaker logged that it opened. A line for each skipped call would repeat that for each player.
        if matches!(&record.verdict, Verdict::Failed(error) if error.is_skip()) {
            return;
        }
        let changes = match &record.verdict {
            Verdict::Changed(changes) => Some(changes),
            _ => None,
        };
        let backend = report.after.backend.as_ref();
        tracing::info!(
            connection = report.after.event.connection_id.as_deref(),
            plugin = &*record.plugin,
            verdict = record.verdict.as_str(),
            cached = record.is_cached().then_some(true),
            error = record.error_code(),
            changes_backend = changes.map(|changes| changes.backend),
            changes_referral_data = changes.map(|changes| changes.referral_data),
            backend = backend.map(shown).map(tracing::field::display),
            took_us = u64::try_from(record.elapsed.as_micros()).unwrap_or(u64::MAX),
            "shadow plugin"
        );
        if let Some(deny_reason) = report.deny_reason {
            // It may name the player.
            tracing::debug!(
                connection = report.after.event.connection_id.as_deref(),
                plugin = &*record.plugin,
                deny_reason,
                "shadow plugin would deny"
            );
        }
    }
}
