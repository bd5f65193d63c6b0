//! Replacement of the active configuration: all of it or nothing.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_admin::ReloadReport;
use hyrouter_config::Warning;
use hyrouter_files::watch::Watch;
use hyrouter_text::Causes;

use super::candidate::Candidate;
use super::task::{Active, Reconfigurer};
use crate::build::{Assembly, server};
use crate::snapshot::Snapshot;

impl Reconfigurer {
    /// Applies a candidate. Steps that can fail come first. The replacement after them cannot fail, so it is never
    /// partial.
    pub(super) async fn apply(
        &mut self,
        candidate: Candidate,
    ) -> Result<ReloadReport, Vec<String>> {
        let now = self.state.active.load_full();
        let assembly = Arc::new(candidate.assembly);
        let (before, wanted) = (&now.assembly.settings, &assembly.settings);
        self.hand_over_sources(&now.assembly.sources, &assembly.sources);
        let is_same_base = Arc::ptr_eq(&candidate.base, &now);
        let prepared = self.prepare(&assembly, &now, candidate.snapshot, is_same_base);
        let snapshot = match prepared.await {
            Ok(snapshot) => snapshot,
            Err(mistake) => {
                self.hand_over_sources(&assembly.sources, &now.assembly.sources);
                return Err(vec![mistake]);
            }
        };
        if let Some(push) = &self.push {
            push.follow_certificate(&assembly, &self.state.server);
        }
        self.state.handler.replace(snapshot);
        self.state.active.store(Arc::new(Active {
            assembly: Arc::clone(&assembly),
            overrides: now.overrides.clone(),
        }));
        self.follow_keys();
        if let Some(sinks) = candidate.sinks {
            self.state.handler.sinks().replace(sinks);
        }
        let restart_only = &self.restart_only;
        if let (Some(tokens), Some(token)) = (&self.tokens, candidate.token)
            && restart_only.has_token_file_of(wanted)
        {
            tokens.replace(token);
        }
        let changed_files = candidate.files.changed_since(&self.active_files);
        self.active_files = candidate.files.clone();
        self.watch = Watch::from(candidate.files);
        let new = |warning: &&Warning| !before.warnings.contains(warning);
        for warning in wanted.warnings.iter().filter(new) {
            tracing::warn!("configuration: {warning}");
        }
        for warning in assembly.expired(SystemTime::now()) {
            tracing::warn!("configuration: {warning}");
        }
        for lowered in &candidate.lowered {
            tracing::warn!("check lowered by the configuration: {lowered}");
        }
        let restart_needed = restart_only.waiting(wanted);
        let history = &self.state.history;
        history.succeeded(restart_needed.clone(), &wanted.checks);
        Ok(ReloadReport {
            changed: wanted.sections.changed_from(&before.sections),
            changed_files,
            warnings: wanted.warnings.iter().map(Warning::to_string).collect(),
            restart_needed,
        })
    }

    /// Takes the steps that can fail, and returns the snapshot of the next configuration.
    async fn prepare(
        &mut self,
        assembly: &Arc<Assembly>,
        now: &Active,
        snapshot: Snapshot,
        is_same_base: bool,
    ) -> Result<Snapshot, String> {
        self.prepare_sources(&assembly.sources).await;
        // Compiled again if commands came while files were read, so that they apply to the new configuration, too. The
        // same for backends that were discovered since.
        let has_discovery = !assembly.settings.discovery.pools.is_empty();
        let snapshot = if is_same_base && !has_discovery {
            snapshot
        } else {
            self.snapshot(assembly, &now.overrides).await?
        };
        let reconfigure = server::reconfigure(assembly, &now.assembly)
            .map_err(|error| Causes(&error).to_string())?;
        let reconfigured = self.state.server.reconfigure(reconfigure);
        reconfigured.map_err(|error| error.to_string())?;
        Ok(snapshot)
    }

    /// Starts the refresh of the active configuration's keys, and stops that of the previous one.
    pub(super) fn follow_keys(&mut self) {
        let now = self.state.active.load();
        let metrics = self.state.handler.metrics();
        let mode = now.assembly.settings.identity.mode;
        metrics.keys.follow(now.assembly.keys.clone(), mode);
        let Some(keys) = &now.assembly.keys else {
            if let Some(keeping) = self.key_task.take() {
                keeping.abort();
            }
            return;
        };
        if let Some(task) = keys.keep() {
            let keeping = self
                .critical_tasks
                .spawn_on(&self.services, "identity keys", task);
            if let Some(before) = self.key_task.replace(keeping) {
                before.abort();
            }
        }
    }
}
