//! A new configuration takes the place of the one at work, or nothing happens.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_admin::Reloaded;
use hyrouter_config::Warning;
use hyrouter_outgoing::Causes;

use super::conductor::{AtWorkNow, Conductor};
use super::next::Next;
use crate::bind;
use crate::watch::Watch;

impl Conductor {
    /// What can fail comes first, then everything is replaced without a pause.
    pub(super) async fn put_to_work(&mut self, next: Next) -> Result<Reloaded, Vec<String>> {
        let now = self.running.at_work.load_full();
        let assembly = Arc::new(next.assembly);
        // What was commanded while files were read is in force in the next configuration, too.
        let service = if Arc::ptr_eq(&next.made_beside, &now) {
            next.service
        } else {
            let made = self.service(&assembly, &now.commanded).await;
            made.map_err(|problem| vec![problem])?
        };
        let (before, wanted) = (&now.assembly.settings, &assembly.settings);
        let reconfigure = bind::reconfigure(&assembly, &now.assembly)
            .map_err(|error| vec![Causes(error.as_ref()).to_string()])?;
        self.running
            .server
            .reconfigure(reconfigure)
            .map_err(|error| vec![error.to_string()])?;
        self.running.live.replace(service);
        self.running.at_work.store(Arc::new(AtWorkNow {
            assembly: Arc::clone(&assembly),
            commanded: now.commanded.clone(),
        }));
        self.keep_keys();
        if let Some(sinks) = next.sinks {
            self.running.sinks.replace(sinks);
        }
        let started_with = &self.running.started_with;
        if let (Some(tokens), Some(token)) = (self.running.tokens.get(), next.token)
            && started_with.has_token_file_of(wanted)
        {
            tokens.replace(token);
        }
        let changed_files = next.look.changed_since(&self.look_at_work);
        self.look_at_work = next.look.clone();
        self.watch = Watch::from(next.look);
        let new = |warning: &&Warning| !before.warnings.contains(warning);
        for warning in wanted.warnings.iter().filter(new) {
            tracing::warn!("configuration: {warning}");
        }
        for warning in assembly.expired(SystemTime::now()) {
            tracing::warn!("configuration: {warning}");
        }
        for lowered in &next.lowered {
            tracing::warn!("a check was lowered, as the configuration says: {lowered}");
        }
        let restart_needed = started_with.waiting(wanted);
        let history = &self.running.history;
        history.succeeded(restart_needed.clone(), &wanted.checks);
        Ok(Reloaded {
            changed: wanted.sections.changed_from(&before.sections),
            changed_files,
            warnings: wanted.warnings.iter().map(Warning::to_string).collect(),
            restart_needed,
        })
    }

    /// Has the keys of the configuration at work kept up to date, and no others.
    pub(super) fn keep_keys(&mut self) {
        let now = self.running.at_work.load();
        let counts = self.running.live.counts();
        let mode = now.assembly.settings.identity.mode;
        counts.keys.follow(now.assembly.keys.clone(), mode);
        let Some(keys) = &now.assembly.keys else {
            if let Some(keeping) = self.keeping.take() {
                keeping.abort();
            }
            return;
        };
        if let Some(task) = keys.keep() {
            let keeping =
                self.running
                    .supervisor
                    .spawn_on(&self.running.services, "identity keys", task);
            if let Some(before) = self.keeping.replace(keeping) {
                before.abort();
            }
        }
    }
}
