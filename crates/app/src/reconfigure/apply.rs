//! Replacement of the active configuration: all of it or nothing.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_admin::ReloadReport;
use hyrouter_config::Warning;
use hyrouter_files::watch::Watch;
use hyrouter_text::Causes;

use super::candidate::Candidate;
use super::task::{Active, Reconfigurer};
use crate::build::server;

impl Reconfigurer {
    /// Applies a candidate. Steps that can fail come first. The replacement after them cannot fail, so it is never
    /// partial.
    pub(super) async fn apply(
        &mut self,
        candidate: Candidate,
    ) -> Result<ReloadReport, Vec<String>> {
        let now = self.state.active.load_full();
        let assembly = Arc::new(candidate.assembly);
        self.prepare_sources(&assembly.sources).await;
        // Compiled again if commands came while files were read, so that they apply to the new configuration, too. The
        // same for backends that were discovered since.
        let has_discovery = !assembly.settings.discovery.pools.is_empty();
        let snapshot = if Arc::ptr_eq(&candidate.base, &now) && !has_discovery {
            candidate.snapshot
        } else {
            let made = self.snapshot(&assembly, &now.overrides).await;
            made.map_err(|problem| vec![problem])?
        };
        let (before, wanted) = (&now.assembly.settings, &assembly.settings);
        let reconfigure = server::reconfigure(&assembly, &now.assembly)
            .map_err(|error| vec![Causes(&error).to_string()])?;
        self.state
            .server
            .reconfigure(reconfigure)
            .map_err(|error| vec![error.to_string()])?;
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
