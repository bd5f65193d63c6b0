//! Results of reloads.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyrouter_admin::{CertificateStatus, ConfigStatus, ReloadError};
use hyrouter_config::Checks;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::counter::Counter;

use crate::metrics::encode::EncodeMetrics as _;
use crate::timestamp::unix_now;

/// Origin of the active configuration, and results of later reloads.
#[derive(Debug)]
pub(crate) struct ReloadHistory {
    reloads: Counter,
    failed_reloads: Counter,
    now: Mutex<Now>,
}

#[derive(Debug, Clone)]
struct Now {
    source: String,
    loaded_at: f64,
    last_error: Option<ReloadError>,
    restart_needed: Vec<String>,
    /// Strictest setting of each check since the start.
    strictest: Checks,
    /// Checks that are less strict now than before.
    lowered: Vec<String>,
}

impl ReloadHistory {
    pub(crate) fn starting_with(source: String, checks: Checks) -> Self {
        Self {
            reloads: Counter::default(),
            failed_reloads: Counter::default(),
            now: Mutex::new(Now {
                source,
                loaded_at: unix_now(),
                last_error: None,
                restart_needed: Vec::new(),
                strictest: checks,
                lowered: Vec::new(),
            }),
        }
    }

    /// Records a configuration that became active.
    pub(crate) fn succeeded(&self, restart_needed: Vec<String>, checks: &Checks) {
        self.reloads.inc();
        let mut at = self.lock();
        at.loaded_at = unix_now();
        at.last_error = None;
        at.restart_needed = restart_needed;
        let lowered = checks.lowered_from(&at.strictest);
        at.lowered = lowered.iter().map(ToString::to_string).collect();
        at.strictest.raise(checks);
    }

    pub(crate) fn failed(&self, mistakes: Vec<String>) {
        self.failed_reloads.inc();
        self.lock().last_error = Some(ReloadError {
            at: unix_now(),
            mistakes,
        });
    }

    pub(crate) fn status(&self, certificate: Option<CertificateStatus>) -> ConfigStatus {
        let at = self.lock().clone();
        ConfigStatus {
            source: at.source,
            loaded_at: at.loaded_at,
            reloads: self.reloads.get(),
            failed_reloads: self.failed_reloads.get(),
            last_error: at.last_error,
            restart_needed: at.restart_needed,
            lowered: at.lowered,
            certificate,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        // Each field is replaced at once, so a poisoned lock is usable.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collector for ReloadHistory {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let reloads = [("ok", &self.reloads), ("failed", &self.failed_reloads)];
        encoder.family(
            "reloads",
            "Reloads of the configuration by result (ok, failed)",
            reloads.map(|(result, counter)| ([("result", result)], counter.clone())),
        )?;
        let at = self.lock().clone();
        encoder.gauge(
            "config_loaded_timestamp_seconds",
            "Time at which the active configuration was loaded, in seconds since 1970",
            at.loaded_at,
        )?;
        encoder.flag(
            "config_reload_failing",
            "1 if the last reload failed, so that an older configuration is active",
            at.last_error.is_some(),
        )?;
        encoder.flag(
            "config_restart_needed",
            "1 if the configuration has changes that wait for a restart",
            !at.restart_needed.is_empty(),
        )?;
        encoder.flag(
            "config_checks_lowered",
            "1 if reloads have made checks less strict since the start, as the configuration said",
            !at.lowered.is_empty(),
        )
    }
}
