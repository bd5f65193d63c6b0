//! Changes of discovered backends.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_text::Causes;
use tokio::time::Instant;

use super::task::Reconfigurer;
use crate::discovery::{DiscoverySources, DiscoveryView, Source, wait_for};

/// Maximum time that a reload waits for the first answer of new providers, so that pools do not lose their backends
/// while the settings of a provider change.
const FIRST_ANSWER: Duration = Duration::from_secs(3);

impl Reconfigurer {
    /// Starts the providers of the active configuration.
    pub(super) fn start_sources(&self) {
        let active = self.state.active.load();
        self.start(&active.assembly.sources);
    }

    /// Gives the state of providers to those of the same names that replace them, and the requests of backends as well.
    pub(super) fn hand_over_sources(&self, from: &DiscoverySources, to: &DiscoverySources) {
        to.take_over(from);
        if let Some(push) = &self.push {
            push.follow_sources(to);
        }
    }

    /// Starts the providers of a configuration that is about to be active, and waits for their first answers.
    /// Backends of the active configuration are followed meanwhile.
    pub(super) async fn prepare_sources(&mut self, sources: &DiscoverySources) {
        let started = self.start(sources);
        let mut first = std::pin::pin!(wait_for(started, FIRST_ANSWER));
        loop {
            tokio::select! {
                () = &mut first => return,
                () = self.pacing.due() => self.rediscover().await,
            }
        }
    }

    fn start(&self, sources: &DiscoverySources) -> Vec<Arc<Source>> {
        let trigger = self.pacing.trigger();
        sources.start(&self.critical_tasks, &self.services, trigger)
    }

    /// Returns whether the backends of a provider can become too old.
    pub(super) fn has_aging_sources(&self) -> bool {
        let active = self.state.active.load();
        let mut sources = active.assembly.sources.iter();
        sources.any(|source| source.settings.max_staleness.is_some())
    }

    /// Rebuilds the pools whose discovered backends have changed.
    pub(super) async fn rediscover(&mut self) {
        let begin = Instant::now();
        let active = self.state.active.load_full();
        let current = self.state.handler.current();
        log_staleness(&current.discovery, &active.assembly.sources.view());
        let making = tokio::task::spawn_blocking(move || {
            current.rediscovered(&active.assembly, &active.overrides)
        });
        match making.await {
            Ok(Ok(Some(snapshot))) => self.state.handler.replace(snapshot),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => {
                let why = Causes(&error).to_string();
                tracing::error!(why, "discovered backends not used; the previous ones stay");
            }
            Err(error) => {
                let why = error.to_string();
                tracing::error!(why, "discovered backends not used; the previous ones stay");
            }
        }
        self.pacing.done(begin.elapsed());
    }
}

/// Logs providers whose backends have become too old since the last rebuild.
fn log_staleness(before: &DiscoveryView, now: &DiscoveryView) {
    for (provider, found) in now.iter().filter(|(_, found)| found.is_stale) {
        if before.get(provider).is_none_or(|before| !before.is_stale) {
            let backends = found.state.backends.len();
            tracing::warn!(
                provider,
                backends,
                "backends of a discovery provider are older than max_staleness and not used"
            );
        }
    }
}
