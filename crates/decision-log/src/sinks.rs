//! All places that decisions go to.

use std::sync::Arc;
use std::time::Duration;

use crate::{Decision, FileSink, Recent, WebhookSink};

/// What is switched on.
#[derive(Debug, Default)]
pub struct Sinks {
    /// The last ones in memory.
    pub recent: Option<Arc<Recent>>,
    /// A file or standard output.
    pub file: Option<FileSink>,
    /// A service.
    pub webhook: Option<WebhookSink>,
}

impl Sinks {
    /// Whether anything is switched on. If not, no decision needs to be made into a [`Decision`].
    pub fn wants(&self) -> bool {
        self.recent.is_some() || self.file.is_some() || self.webhook.is_some()
    }

    /// Hands one on to all. Never waits but for the lock of [`Recent`].
    pub fn record(&self, decision: Decision) {
        if !self.wants() {
            return;
        }
        let decision = Arc::new(decision);
        if let Some(file) = &self.file {
            file.record(Arc::clone(&decision));
        }
        if let Some(webhook) = &self.webhook {
            webhook.record(Arc::clone(&decision));
        }
        if let Some(recent) = &self.recent {
            recent.push(decision);
        }
    }

    /// Opens the file anew, for who moved it.
    pub fn reopen(&self) {
        if let Some(file) = &self.file {
            file.reopen();
        }
    }

    /// Lets each sink finish what it has, all of them within this time. What comes after that is lost and counted.
    /// Whether all is written and sent.
    pub async fn close(&self, timeout: Duration) -> bool {
        let file = async {
            match &self.file {
                Some(file) => file.close(timeout).await,
                None => true,
            }
        };
        let webhook = async {
            match &self.webhook {
                Some(webhook) => webhook.close(timeout).await,
                None => true,
            }
        };
        let (file, webhook) = tokio::join!(file, webhook);
        file && webhook
    }
}
