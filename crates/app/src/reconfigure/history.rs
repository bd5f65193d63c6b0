//! Results of reloads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hyrouter_admin::{CertificateStatus, ConfigStatus, ReloadError};
use hyrouter_config::Checks;
use hyrouter_metrics::{Codes, Desc, Exposition, Source};

use crate::timestamp::unix_now;

/// Origin of the active configuration, and results of later reloads.
#[derive(Debug)]
pub(crate) struct ReloadHistory {
    reloads: Codes,
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

const OK: &str = "ok";
const FAILED: &str = "failed";

impl ReloadHistory {
    const RELOADS: Desc = Desc::counter(
        "hyrouter_reloads",
        "Reloads of the configuration, by result (ok, failed)",
        &["result"],
    );
    const LOADED: Desc = Desc::gauge(
        "hyrouter_config_loaded_timestamp_seconds",
        "When the configuration at work was loaded, in seconds since 1970",
        &[],
    );
    const FAILING: Desc = Desc::gauge(
        "hyrouter_config_reload_failing",
        "1 when the last reload failed, so that an older configuration is at work",
        &[],
    );
    const RESTART: Desc = Desc::gauge(
        "hyrouter_config_restart_needed",
        "1 when the configuration has changes that wait for a restart",
        &[],
    );

    const LOWERED: Desc = Desc::gauge(
        "hyrouter_config_checks_lowered",
        "1 when reloads have made checks less strict since the start, as the configuration said",
        &[],
    );

    pub(crate) fn starting_with(source: String, checks: Checks) -> Self {
        Self {
            reloads: Codes::of(&[OK, FAILED]),
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
        self.reloads.inc(OK);
        let mut at = self.lock();
        at.loaded_at = unix_now();
        at.last_error = None;
        at.restart_needed = restart_needed;
        let lowered = checks.lowered_from(&at.strictest);
        at.lowered = lowered.iter().map(ToString::to_string).collect();
        at.strictest.raise(checks);
    }

    pub(crate) fn failed(&self, mistakes: Vec<String>) {
        self.reloads.inc(FAILED);
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
            reloads: self.reloads.get(OK),
            failed_reloads: self.reloads.get(FAILED),
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

impl Source for ReloadHistory {
    fn descs(&self) -> &'static [Desc] {
        &[
            Self::RELOADS,
            Self::LOADED,
            Self::FAILING,
            Self::RESTART,
            Self::LOWERED,
        ]
    }

    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let reloads = self.reloads.iter();
        into.counts(&Self::RELOADS, reloads.map(|(result, n)| ([result], n)));
        let at = self.lock().clone();
        into.gauge(&Self::LOADED, at.loaded_at);
        into.flag(&Self::FAILING, at.last_error.is_some());
        into.flag(&Self::RESTART, !at.restart_needed.is_empty());
        into.flag(&Self::LOWERED, !at.lowered.is_empty());
    }
}
