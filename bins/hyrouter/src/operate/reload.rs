//! A new configuration takes the place of the one at work, or nothing happens.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_admin::{CommandError, Reloaded};
use hyrouter_config::Warning;
use tokio::time::Instant;

use super::conductor::{AtWorkNow, Conductor};
use super::next::{Next, Refused, read};
use crate::bind;
use crate::watch::{Look, Watch};

/// Longest time for files to be read and plugins to be compiled: a disk may hang.
const READING: Duration = Duration::from_mins(5);
/// Longest time to look at files, which is over in microseconds unless a disk hangs.
const LOOKING: Duration = Duration::from_secs(10);
/// How long after a refusal the same configuration is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);

impl Conductor {
    /// Reads the configuration and all that it names, and puts it to work if nothing is wrong. If anything is, nothing
    /// changes.
    pub(super) async fn reload(&mut self) -> Result<Reloaded, CommandError> {
        // Whoever moved the decision log away waits for that, whatever becomes of the rest.
        self.running.sinks.reopen();
        match self.try_reload().await {
            Ok(reloaded) => {
                self.refused = None;
                let waiting = &reloaded.restart_needed;
                if waiting.is_empty() {
                    tracing::info!("the configuration was reloaded");
                } else {
                    let keys = waiting.join(", ");
                    tracing::warn!(
                        keys,
                        "the configuration was reloaded; these keys wait for a restart"
                    );
                }
                self.running.history.succeeded(waiting.clone());
                Ok(reloaded)
            }
            Err(mistakes) => {
                self.told(&mistakes);
                self.refused = Some((Instant::now(), mistakes.clone()));
                Err(CommandError::Failed {
                    message: "the configuration was not reloaded; the one before stays".to_owned(),
                    mistakes,
                })
            }
        }
    }

    /// Tries a configuration again that was refused, in case that what it lacked has come without a file of it having
    /// changed. The same mistakes are not told again.
    pub(super) async fn try_again(&mut self) {
        let Some((at, before)) = self.refused.take() else {
            return;
        };
        if at.elapsed() < TRY_AGAIN {
            self.refused = Some((at, before));
            return;
        }
        match self.try_reload().await {
            Ok(reloaded) => {
                tracing::info!("the configuration that was refused before was reloaded");
                self.running.history.succeeded(reloaded.restart_needed);
            }
            Err(mistakes) => {
                if mistakes != before {
                    self.told(&mistakes);
                }
                self.refused = Some((Instant::now(), mistakes));
            }
        }
    }

    fn told(&self, mistakes: &[String]) {
        for mistake in mistakes {
            tracing::error!("configuration: {mistake}");
        }
        tracing::error!("the configuration was not reloaded; the one before stays");
        self.running.history.failed(mistakes.to_vec());
    }

    async fn try_reload(&mut self) -> Result<Reloaded, Vec<String>> {
        let (running, file) = (self.running.clone(), self.file.clone());
        let mut assembler = self.assembler.clone();
        let before = self.looked().await?;
        // Should reading not end well, the same files are not read again before they change.
        self.watch = Watch::from(before.clone());
        // Reading and compiling take seconds; players and signals go on meanwhile.
        let reading = tokio::task::spawn_blocking(move || {
            let next = read(&running, file.as_deref(), &mut assembler, before);
            (next, assembler)
        });
        let (next, assembler) = match tokio::time::timeout(READING, reading).await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => {
                return Err(vec![format!(
                    "reading it or loading a plugin ended by itself: {error}"
                )]);
            }
            Err(_) => {
                return Err(vec![format!(
                    "reading it and loading plugins took longer than {READING:?}"
                )]);
            }
        };
        self.assembler = assembler;
        match next {
            Ok(next) => self.put_to_work(next),
            Err(Refused { mistakes, look }) => {
                self.watch = Watch::from(look);
                Err(mistakes)
            }
        }
    }

    /// How the files of the configuration at work look now.
    pub(super) async fn looked(&self) -> Result<Look, Vec<String>> {
        let known = self.watch.read().clone();
        let looking = tokio::task::spawn_blocking(move || known.again());
        match tokio::time::timeout(LOOKING, looking).await {
            Ok(Ok(look)) => Ok(look),
            _ => Err(vec![
                "the files of the configuration can not be looked at".to_owned(),
            ]),
        }
    }

    /// What can fail comes first, then everything is replaced without a pause.
    fn put_to_work(&mut self, next: Next) -> Result<Reloaded, Vec<String>> {
        let now = self.running.at_work.load_full();
        let assembly = Arc::new(next.assembly);
        let (before, wanted) = (&now.assembly.settings, &assembly.settings);
        let reconfigure = bind::reconfigure(&assembly, &now.assembly)
            .map_err(|error| vec![format!("{error:#}")])?;
        self.running
            .server
            .reconfigure(reconfigure)
            .map_err(|error| vec![error.to_string()])?;
        self.running.live.replace(next.service);
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
        self.watch = Watch::from(next.look);
        let new = |warning: &&Warning| !before.warnings.contains(warning);
        for warning in wanted.warnings.iter().filter(new) {
            tracing::warn!("configuration: {warning}");
        }
        Ok(Reloaded {
            restart_needed: started_with.waiting(wanted),
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
            let keeping = self.running.supervisor.spawn("identity keys", task);
            if let Some(before) = self.keeping.replace(keeping) {
                before.abort();
            }
        }
    }
}
