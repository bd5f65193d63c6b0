//! What a chain says about one player.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::{Backend, PluginError};

use crate::apply::{Changes, Notice};
use crate::settings::Stage;

/// What a chain says about one player, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What is to be done.
    pub decision: Decision,
    /// One for each enforced plugin that had its turn, in that order. Shadow plugins are told to the
    /// [`Observer`](crate::Observer).
    pub records: Vec<Record>,
}

/// What is to be done with a player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The player goes on.
    Allow {
        /// Where to; `None` when neither the router nor a plugin had a backend.
        backend: Option<Backend>,
        /// The place of the backend among the candidates; `None` when it is not one.
        selected_index: Option<usize>,
        /// The candidates.
        candidates: Vec<Backend>,
        /// What the player's client carries to the backend.
        referral_data: Option<Vec<u8>>,
    },
    /// The player is sent away.
    Deny {
        /// Name of the plugin because of which.
        plugin: Arc<str>,
        /// Why, as a stable code.
        code: DenyCode,
        /// The plugin's words for the player. `None` under [`DenyCode::PluginDenied`]: no words; under
        /// [`DenyCode::PluginFailed`] always, and the router's own text for errors is due.
        reason: Option<String>,
    },
}

/// Why a player is sent away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenyCode {
    /// A plugin said so.
    PluginDenied,
    /// A plugin failed without which nobody may pass.
    PluginFailed,
}

impl DenyCode {
    /// The stable code, for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PluginDenied => "plugin_denied",
            Self::PluginFailed => "plugin_failed",
        }
    }
}

/// What one plugin said about one player.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// Its name.
    pub plugin: Arc<str>,
    /// When it ran.
    pub stage: Stage,
    /// How long the player waited for it, the queue included.
    pub elapsed: Duration,
    /// What it said.
    pub verdict: Verdict,
    /// What it said that does not count.
    pub notices: Vec<Notice>,
}

impl Record {
    /// The stable code of the error; `None` unless the plugin failed.
    pub fn error_code(&self) -> Option<&'static str> {
        match &self.verdict {
            Verdict::Failed(error) => Some(error.reason_code()),
            _ => None,
        }
    }
}

/// What a plugin said about one player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Go on as it is.
    Unchanged,
    /// Go on, but different.
    Changed(Changes),
    /// Go away.
    Denied,
    /// It said nothing that counts.
    Failed(PluginError),
}

impl Verdict {
    /// The name of its kind in logs and metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed(_) => "changed",
            Self::Denied => "denied",
            Self::Failed(_) => "failed",
        }
    }

    pub(crate) fn of(changes: Changes) -> Self {
        if changes == Changes::default() {
            Self::Unchanged
        } else {
            Self::Changed(changes)
        }
    }
}
