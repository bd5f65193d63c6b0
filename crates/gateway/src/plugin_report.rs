//! Plugin responses in readable form.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugins::{Notice, Record, Verdict};
use hyrouter_text::shown;
use serde::{Deserialize, Serialize};

/// The response of one plugin.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PluginReport {
    /// The plugin's name.
    pub name: Arc<str>,
    /// The kind of the response, as in logs and metrics.
    pub verdict: &'static str,
    /// `true` if the response is from the cache. The plugin was not called then.
    pub cached: bool,
    /// The changed parts, or the failure.
    pub detail: Option<String>,
    /// Notes about the response.
    pub notes: Vec<PluginNote>,
    /// Time that the player waited for the plugin, including the queue.
    pub elapsed: Duration,
}

/// A note about a plugin's response: a part that was ignored or deviates from the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginNote {
    code: String,
    message: String,
    /// `true` if the part was ignored. Otherwise it still counts.
    ignored: bool,
}

impl PluginReport {
    pub(crate) fn of(record: &Record) -> Self {
        let detail = match &record.verdict {
            Verdict::Failed(error) => Some(error.to_string()),
            Verdict::Changed(changes) => Some(match (changes.backend, changes.referral_data) {
                (true, true) => "backend, referral data".to_owned(),
                (true, false) => "backend".to_owned(),
                _ => "referral data".to_owned(),
            }),
            Verdict::Unchanged | Verdict::Denied => None,
        };
        Self {
            name: Arc::clone(&record.plugin),
            verdict: record.verdict.as_str(),
            cached: record.is_cached(),
            detail,
            notes: PluginNote::all(&record.notices),
            elapsed: record.elapsed,
        }
    }
}

impl PluginNote {
    /// Returns a note for each notice, with its stable code.
    pub fn all(notices: &[Notice]) -> Vec<Self> {
        let notices = notices.iter();
        notices
            .map(|notice| Self {
                code: notice.code().as_str().to_owned(),
                message: shown(notice).to_string(),
                ignored: !notice.is_taken(),
            })
            .collect()
    }

    /// Returns a note if referral data is longer than `limit`, the maximum that a player can carry, in bytes.
    pub fn of_length(data: &[u8], limit: usize) -> Option<Self> {
        let len = data.len();
        (len > limit).then(|| Self {
            code: "referral_truncated".to_owned(),
            message: format!(
                "referral_data has {len} bytes, at most {limit} fit; the backend gets none"
            ),
            ignored: true,
        })
    }

    /// Returns the note as one line of text.
    pub fn to_line(&self) -> String {
        let Self {
            code,
            message,
            ignored,
        } = self;
        let kind = if *ignored { "ignored" } else { "note" };
        format!("{kind}: {message} ({code})")
    }
}
