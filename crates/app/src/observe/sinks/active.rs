//! The sinks that one configuration asks for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyrouter_config::{DecisionTarget, DecisionWebhookSettings, LoggingSettings, Problem};
use hyrouter_decision_log::{
    BearerToken, DeliveryCounts, FileSink, FileSinkOptions, FileTarget, RecentDecisions, SinkSet,
    WebhookOptions, WebhookSink,
};
use hyrouter_files::watch::FileSet;
use tokio::runtime::Handle;

use crate::build::findings::{Findings, at};

/// Sinks of one configuration.
#[derive(Debug)]
pub(crate) struct ActiveSinks {
    settings: LoggingSettings,
    files: FileSet,
    pub(super) out: SinkSet,
}

/// Checks sinks without opening them: nothing is written and no webhook is called.
pub(crate) fn check(settings: &LoggingSettings, findings: &mut Findings) {
    if let Some(DecisionTarget::File(file)) = &settings.decisions {
        findings.keep(check_target(file));
    }
    if findings.are_free(&["logging.webhook"]) {
        findings.keep(webhook(settings).and_then(check_webhook));
    }
}

fn check_target(file: &Path) -> Result<(), Problem> {
    let folder = file.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let problem = match folder.filter(|folder| !folder.is_dir()) {
        Some(folder) => format!("there is no folder {}", folder.display()),
        None if file.is_dir() => format!("{} is a folder", file.display()),
        None => return Ok(()),
    };
    Err(Problem::new("logging.decisions", problem))
}

fn check_webhook(options: Option<WebhookOptions>) -> Result<(), Problem> {
    let checked = options.map_or(Ok(()), |options| options.check());
    checked.map_err(at("logging.webhook"))
}

/// Returns the options of the webhook, with the token read. They are not checked.
fn webhook(settings: &LoggingSettings) -> Result<Option<WebhookOptions>, Problem> {
    let Some(webhook) = &settings.webhook else {
        return Ok(None);
    };
    let token = webhook.token_file.as_deref().map(BearerToken::read);
    let token = token
        .transpose()
        .map_err(at("logging.webhook.token_file"))?;
    Ok(Some(webhook_options(webhook).with_token(token)))
}

/// Returns the options of the webhook without the token.
fn webhook_options(webhook: &DecisionWebhookSettings) -> WebhookOptions {
    WebhookOptions::new(&webhook.url)
        .with_ca_file(webhook.ca_file.clone())
        .with_queue(webhook.queue)
}

impl ActiveSinks {
    /// Opens files and reads tokens. Needs a tokio runtime, which sends to the webhook. The last decisions are kept for
    /// `readers`: without an admin server they cannot be read.
    ///
    /// # Errors
    /// The first sink that cannot be used.
    pub(crate) fn open(
        settings: &LoggingSettings,
        readers: bool,
        earlier: Option<&Self>,
    ) -> Result<Self, Problem> {
        let capacity = if readers {
            settings.recent_decisions
        } else {
            0
        };
        let recent = earlier
            .and_then(|earlier| earlier.out.recent.as_ref())
            .filter(|recent| recent.capacity() == capacity)
            // Addresses that are no longer wanted are not kept either.
            .filter(|_| {
                settings.decision_client_ip
                    || earlier.is_some_and(|earlier| !earlier.with_client_ip())
            });
        let recent = match (recent, capacity) {
            (_, 0) => None,
            (Some(recent), _) => Some(Arc::clone(recent)),
            (None, capacity) => Some(Arc::new(RecentDecisions::new(capacity))),
        };
        let files = webhook_files(settings);
        let file = match &settings.decisions {
            None => None,
            Some(target) => {
                let target = match target {
                    DecisionTarget::Stdout => FileTarget::Stdout,
                    DecisionTarget::File(file) => FileTarget::File(file.clone()),
                };
                let opened = FileSink::open(FileSinkOptions::new(target));
                Some(opened.map_err(at("logging.decisions"))?)
            }
        };
        let webhook = match webhook(settings)? {
            None => None,
            Some(wanted) => {
                let opened = WebhookSink::open(&wanted, &Handle::current());
                Some(opened.map_err(at("logging.webhook"))?)
            }
        };
        Ok(Self {
            out: SinkSet {
                recent,
                file,
                webhook,
            },
            settings: settings.clone(),
            files,
        })
    }

    /// Returns the sinks whose workers have ended unexpectedly.
    pub(super) fn dead(&self) -> Vec<&'static str> {
        let file = self
            .out
            .file
            .as_ref()
            .is_some_and(|sink| !sink.is_running());
        let webhook = self.out.webhook.as_ref();
        let webhook = webhook.is_some_and(|sink| !sink.is_running());
        let dead = [("logging.decisions", file), ("logging.webhook", webhook)];
        let dead = dead.into_iter().filter(|(_, dead)| *dead);
        dead.map(|(part, _)| part).collect()
    }

    /// Returns whether decisions contain addresses of clients.
    pub(super) fn with_client_ip(&self) -> bool {
        self.settings.decision_client_ip
    }

    /// Returns whether these sinks match the settings.
    pub(super) fn serves(&self, settings: &LoggingSettings) -> bool {
        let mut same = settings.clone();
        same.log_client_ip = self.settings.log_client_ip;
        self.settings == same && self.files == webhook_files(settings)
    }

    pub(super) fn lost(&self) -> [u64; 2] {
        let lost = |counts: DeliveryCounts| counts.lost + counts.failed;
        [
            self.out.file.as_ref().map_or(0, |sink| lost(sink.counts())),
            self.out
                .webhook
                .as_ref()
                .map_or(0, |sink| lost(sink.counts())),
        ]
    }
}

fn webhook_files(settings: &LoggingSettings) -> FileSet {
    let webhook = settings.webhook.iter();
    let files = webhook.flat_map(|webhook| [&webhook.token_file, &webhook.ca_file]);
    let files: Vec<PathBuf> = files.flatten().cloned().collect();
    FileSet::at(files)
}

#[cfg(test)]
mod tests {
    use hyrouter_config::schema;

    use super::*;

    #[test]
    fn defaults_of_the_configuration_are_those_of_the_webhook() {
        let configured = webhook_options(&DecisionWebhookSettings::default());
        // Tokens have no equality, as they are secrets.
        assert_eq!(
            format!("{configured:?}"),
            format!("{:?}", WebhookOptions::new(""))
        );
    }

    #[test]
    fn the_queue_has_the_same_maximum_in_the_configuration_and_the_webhook() {
        let most = &schema()["$defs"]["DecisionWebhookSettings"]["properties"]["queue"]["maximum"];
        let most = usize::try_from(most.as_u64().unwrap()).unwrap();
        let check = |queue| {
            let options = WebhookOptions::new("http://127.0.0.1/");
            options.with_queue(queue).check()
        };
        check(most).unwrap();
        check(most + 1).unwrap_err();
    }
}
