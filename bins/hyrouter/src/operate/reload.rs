//! A new configuration takes the place of the one at work, or nothing happens.

use std::path::Path;
use std::sync::Arc;

use hyrouter_admin::{CommandError, Reloaded, Token};

use super::changes::waiting_for_restart;
use super::conductor::{AtWorkNow, Conductor, Running};
use crate::assembly::{Assembler, Assembly, admin_token};
use crate::service::Service;
use crate::sinks::AtWork;
use crate::watch::{Look, Watch};
use crate::{bind, serve};

/// A configuration that was read and found good, not yet at work.
struct Next {
    assembly: Assembly,
    service: Service,
    sinks: Option<AtWork>,
    /// Of the admin server.
    token: Option<Token>,
    look: Look,
}

impl Conductor {
    /// Reads the configuration and all that it names, and puts it to work if nothing is wrong. If anything is, nothing
    /// changes.
    pub(super) async fn reload(&mut self) -> Result<Reloaded, CommandError> {
        match self.try_reload().await {
            Ok(reloaded) => {
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
                for mistake in &mistakes {
                    tracing::error!("configuration: {mistake}");
                }
                tracing::error!("the configuration was not reloaded; the one before stays");
                self.running.history.failed(mistakes.clone());
                Err(CommandError::Failed {
                    message: "the configuration was not reloaded; the one before stays".to_owned(),
                    mistakes,
                })
            }
        }
    }

    async fn try_reload(&mut self) -> Result<Reloaded, Vec<String>> {
        let (running, file) = (self.running.clone(), self.file.clone());
        let (mut assembler, look) = (self.assembler.clone(), self.watch.read().clone());
        // Reading and compiling take seconds; players, orders and signals go on meanwhile.
        let reading = tokio::task::spawn_blocking(move || {
            let next = read(&running, file.as_deref(), &mut assembler, look.again());
            (next, assembler)
        });
        let (next, assembler) = reading.await.map_err(|error| vec![error.to_string()])?;
        self.assembler = assembler;
        let next = match next {
            Ok(next) => next,
            Err((mistakes, look)) => {
                // The same files are not read again before they change.
                self.watch = Watch::from(look);
                return Err(mistakes);
            }
        };
        self.put_to_work(next).await
    }

    async fn put_to_work(&mut self, next: Next) -> Result<Reloaded, Vec<String>> {
        let now = self.running.at_work.load_full();
        let before = &now.assembly.settings;
        let wanted = &next.assembly.settings;
        let reconfigure = bind::reconfigure(&next.assembly, &now.assembly)
            .map_err(|error| vec![format!("{error:#}")])?;
        self.running
            .server
            .reconfigure(reconfigure)
            .map_err(|error| vec![error.to_string()])?;
        for warning in wanted
            .warnings
            .iter()
            .filter(|new| !before.warnings.contains(new))
        {
            tracing::warn!("configuration: {warning}");
        }
        let restart_needed = waiting_for_restart(&self.running.started_with, wanted);
        self.watch = Watch::from(next.look);
        self.running.live.replace(next.service);
        if let (Some(tokens), Some(token)) = (self.running.tokens.get(), next.token) {
            tokens.replace(token);
        }
        self.running.sinks.go_on(next.sinks).await;
        self.running.at_work.store(Arc::new(AtWorkNow {
            assembly: Arc::new(next.assembly),
            commanded: now.commanded.clone(),
        }));
        self.keep_keys();
        Ok(Reloaded { restart_needed })
    }

    /// Has the keys of the configuration at work kept up to date, and no others.
    pub(super) fn keep_keys(&mut self) {
        let now = self.running.at_work.load();
        let counts = self.running.live.counts();
        counts.keys.follow(now.assembly.keys.clone());
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

/// Everything of the next configuration that can fail on the way.
fn read(
    running: &Running,
    file: Option<&Path>,
    assembler: &mut Assembler,
    look: Look,
) -> Result<Next, (Vec<String>, Look)> {
    let settings = match serve::read(file) {
        Ok(settings) => settings,
        Err(error) => {
            let mistakes = error.mistakes();
            let lines: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
            let lines = if lines.is_empty() {
                vec![error.to_string()]
            } else {
                lines
            };
            return Err((lines, look));
        }
    };
    let look = serve::look(file, &settings);
    let now = running.at_work.load_full();
    let assembled = assembler.assemble(settings, Some(&now.assembly));
    let next = assembled.and_then(|assembly| {
        let sinks = running.sinks.next(&assembly.settings.logging)?;
        let service = running.live.service(&assembly, &now.commanded)?;
        let token = admin_token(&assembly.settings)?;
        Ok((assembly, service, sinks, token))
    });
    match next {
        Ok((assembly, service, sinks, token)) => Ok(Next {
            assembly,
            service,
            sinks,
            token,
            look,
        }),
        Err(error) => Err((vec![format!("{error:#}")], look)),
    }
}
