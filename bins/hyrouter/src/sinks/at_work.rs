//! The sinks that one configuration asks for.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_config::{DecisionTarget, LoggingSettings};
use hyrouter_decisions::{
    FileSettings, FileSink, Recent, Target, Token, WebhookSettings, WebhookSink,
};
use tokio::runtime::Handle;

use crate::watch::Look;

/// Sinks as one configuration has them.
#[derive(Debug)]
pub(crate) struct AtWork {
    settings: LoggingSettings,
    files: Look,
    pub(super) out: hyrouter_decisions::Sinks,
}

impl AtWork {
    /// Opens files and reads tokens. Needs a tokio runtime, on which a webhook is sent from.
    ///
    /// # Errors
    /// The first that can not be used.
    pub(crate) fn open(settings: &LoggingSettings, earlier: Option<&Self>) -> anyhow::Result<Self> {
        let recent = earlier
            .and_then(|earlier| earlier.out.recent.as_ref())
            .filter(|recent| recent.capacity() == settings.recent_decisions);
        let recent = match (recent, settings.recent_decisions) {
            (Some(recent), _) => Some(Arc::clone(recent)),
            (None, 0) => None,
            (None, capacity) => Some(Arc::new(Recent::new(capacity))),
        };
        let files = look(settings);
        let file = match &settings.decisions {
            None => None,
            Some(target) => {
                let target = match target {
                    DecisionTarget::Stdout => Target::Stdout,
                    DecisionTarget::File(file) => Target::File(file.clone()),
                };
                let opened = FileSink::open(FileSettings::new(target));
                Some(opened.context("logging.decisions")?)
            }
        };
        let webhook = match &settings.webhook {
            None => None,
            Some(webhook) => {
                let mut wanted = WebhookSettings::new(&webhook.url);
                wanted.ca_file.clone_from(&webhook.ca_file);
                wanted.queue = webhook.queue;
                if let Some(file) = &webhook.token_file {
                    let token = Token::read(file).context("logging.webhook.token_file")?;
                    wanted.token = Some(token);
                }
                let opened = WebhookSink::open(&wanted, &Handle::current());
                Some(opened.context("logging.webhook")?)
            }
        };
        Ok(Self {
            out: hyrouter_decisions::Sinks {
                recent,
                file,
                webhook,
            },
            settings: settings.clone(),
            files,
        })
    }

    /// Whether that is what these settings ask for.
    pub(super) fn is_what(&self, settings: &LoggingSettings) -> bool {
        let mut same = settings.clone();
        same.log_client_ip = self.settings.log_client_ip;
        self.settings == same && self.files == look(settings)
    }

    pub(super) fn lost(&self) -> [u64; 2] {
        let lost = |counts: hyrouter_decisions::Counts| counts.lost + counts.failed;
        [
            self.out.file.as_ref().map_or(0, |sink| lost(sink.counts())),
            self.out
                .webhook
                .as_ref()
                .map_or(0, |sink| lost(sink.counts())),
        ]
    }
}

fn look(settings: &LoggingSettings) -> Look {
    let webhook = settings.webhook.iter();
    let files = webhook.flat_map(|webhook| [&webhook.token_file, &webhook.ca_file]);
    let files: Vec<PathBuf> = files.flatten().cloned().collect();
    Look::at(files)
}
