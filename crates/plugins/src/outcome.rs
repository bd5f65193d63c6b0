//! The decision of a chain about one player, and how each plugin contributed.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::{Backend, PluginError};

use crate::answer_cache::CacheLookup;
use crate::notice::Notice;
use crate::settings::Stage;

/// Decision of a chain about one player, with one record for each plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainOutcome {
    /// The decision.
    pub decision: ChainDecision,
    /// One record for each enforced plugin that was called, in that order. The [`Observer`](crate::Observer) gets the
    /// results of shadow plugins.
    pub records: Vec<Record>,
}

/// Decision about a player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainDecision {
    /// The player is sent to a backend.
    Allow {
        /// The backend; `None` if neither the router nor a plugin chose one.
        backend: Option<Backend>,
        /// Index of the backend in the candidates; `None` if it is not one.
        selected_index: Option<usize>,
        /// The candidates.
        candidates: Vec<Backend>,
        /// Referral data for the backend.
        referral_data: Option<Vec<u8>>,
    },
    /// The player is refused.
    Deny {
        /// Name of the plugin that denied or failed.
        plugin: Arc<str>,
        /// Reason as a stable code.
        code: DenyCode,
        /// Text of the plugin for the player. `None` if it denied without a text, and always with
        /// [`DenyCode::PluginFailed`], where the caller's own text for errors is due.
        reason: Option<String>,
    },
}

/// Reason why a player is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenyCode {
    /// A plugin denied.
    PluginDenied,
    /// A plugin with `on_error` deny failed.
    PluginFailed,
}

impl DenyCode {
    /// Returns the name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PluginDenied => "plugin_denied",
            Self::PluginFailed => "plugin_failed",
        }
    }
}

/// One plugin's part in the decision about one player.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// Name of the plugin.
    pub plugin: Arc<str>,
    /// Stage of the plugin.
    pub stage: Stage,
    /// Time that the player waited for it, the queue included.
    pub elapsed: Duration,
    /// Whether the answer is from the cache; `None` if the plugin has no cache.
    pub cache: Option<CacheLookup>,
    /// Decision of the plugin.
    pub verdict: Verdict,
    /// Parts of its answer that are ignored, or not written as documented.
    pub notices: Vec<Notice>,
}

impl Record {
    /// Returns whether the answer is from the cache. The plugin was not called then.
    pub fn is_cached(&self) -> bool {
        self.cache == Some(CacheLookup::Hit)
    }

    /// Returns the stable code of the error; `None` unless the plugin failed.
    pub fn error_code(&self) -> Option<&'static str> {
        match &self.verdict {
            Verdict::Failed(error) => Some(error.code().as_str()),
            _ => None,
        }
    }
}

/// Decision of one plugin about one player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The request stays as it is.
    Unchanged,
    /// The request is changed.
    Changed(Changes),
    /// The player is denied.
    Denied,
    /// The plugin gave no valid answer.
    Failed(PluginError),
}

impl Verdict {
    /// Returns the name in logs and metrics.
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

/// Parts of a request that a response changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Changes {
    /// The list of candidates.
    pub candidates: bool,
    /// The chosen backend.
    pub backend: bool,
    /// The referral data.
    pub referral_data: bool,
}
