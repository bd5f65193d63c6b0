//! All sinks of decisions.

use std::sync::Arc;
use std::time::Duration;

use crate::{DecisionLine, DecisionRecord, FileSink, RecentDecisions, WebhookSink};

/// The enabled sinks.
#[derive(Debug, Default)]
pub struct SinkSet {
    /// The last ones in memory.
    pub recent: Option<Arc<RecentDecisions>>,
    /// A file or standard output.
    pub file: Option<FileSink>,
    /// A service.
    pub webhook: Option<WebhookSink>,
}

impl SinkSet {
    /// Returns whether anything is switched on.
    pub fn is_enabled(&self) -> bool {
        self.recent.is_some() || self.file.is_some() || self.webhook.is_some()
    }

    /// Writes a record as JSON once, and hands the line to every sink. Does nothing when none is switched on. Never waits
    /// but for the lock of [`RecentDecisions`].
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

    /// Opens the file again, after it was moved.
    pub fn reopen(&self) {
        if let Some(file) = &self.file {
            file.reopen();
        }
    }

    /// Writes and sends what waits in each sink, all of them within this time. What comes after that is lost and counted.
    /// Returns whether all is written and sent.
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
