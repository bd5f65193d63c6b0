//! All sinks of decisions.

use std::sync::Arc;
use std::time::Duration;

use crate::{DecisionLine, DecisionRecord, FileSink, RecentDecisions, WebhookSink};

/// The enabled sinks.
#[derive(Debug, Default)]
pub struct SinkSet {
    /// The latest decisions in memory.
    pub recent: Option<Arc<RecentDecisions>>,
    /// A file or standard output.
    pub file: Option<FileSink>,
    /// A webhook.
    pub webhook: Option<WebhookSink>,
}

impl SinkSet {
    /// Returns whether any sink is enabled.
    pub fn is_enabled(&self) -> bool {
        self.recent.is_some() || self.file.is_some() || self.webhook.is_some()
    }

    /// Writes a record as JSON once, and passes the line to every enabled sink. Does nothing without one. Waits only for
    /// the lock of [`RecentDecisions`].
    pub fn record(&self, record: &DecisionRecord<'_>) {
        if !self.is_enabled() {
            return;
        }
        let Ok(line) = DecisionLine::new(record) else {
            return;
        };
        if let Some(file) = &self.file {
            file.record(line.clone());
        }
        if let Some(webhook) = &self.webhook {
            webhook.record(line.clone());
        }
        if let Some(recent) = &self.recent {
            recent.push(line);
        }
    }

    /// Reopens the file after it was moved.
    pub fn reopen(&self) {
        if let Some(file) = &self.file {
            file.reopen();
        }
    }

    /// Writes and sends the waiting decisions of all sinks within this time. Later decisions are counted as lost. Returns
    /// `true` if none was left waiting at the end of this time.
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
