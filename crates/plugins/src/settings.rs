//! Settings of one plugin of a chain.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::Plugin;

use crate::answer_cache::AnswerCacheSettings;

/// A plugin and its settings.
#[derive(Clone)]
pub struct ChainEntry {
    /// The plugin.
    pub plugin: Arc<dyn Plugin>,
    /// Settings of the plugin in this chain.
    pub settings: ChainSettings,
}

impl fmt::Debug for ChainEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainEntry")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Settings of one plugin of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainSettings {
    /// Name of the plugin, unique in its chain.
    pub name: String,
    /// Stage in which it runs. Default route.
    pub stage: Stage,
    /// Names of the plugins of its stage before which it runs.
    pub before: Vec<String>,
    /// Names of the plugins of its stage after which it runs.
    pub after: Vec<String>,
    /// Maximum time that a player waits for it, the queue included. Default 1 s: 20 % of the decision's 5 s.
    pub timeout: Duration,
    /// Effect on a player when it fails. Default: deny in stage deny, continue in the others.
    pub on_error: Option<OnError>,
    /// Enforcement of its answers. Default enforce.
    pub mode: Mode,
    /// Backends that it may choose. Default any.
    pub override_policy: OverridePolicy,
    /// Maximum number of calls that run at the same time. Default 256: at 20 ms a call that is 12,800 players a second.
    pub max_concurrency: NonZeroU32,
    /// Maximum number of calls that wait for their turn; one more is refused at once. Default 1024. A waiting call holds
    /// one request of some kilobytes, so a full queue with 256 running calls takes some megabytes.
    pub max_queue: u32,
    /// When the plugin is skipped; `None`: never.
    pub breaker: Option<BreakerSettings>,
    /// Limits of the cache of its answers. Default none: each player is a call, also if the plugin permits otherwise.
    pub cache: Option<AnswerCacheSettings>,
}

impl ChainSettings {
    /// Returns the defaults for a plugin of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            stage: Stage::default(),
            before: Vec::new(),
            after: Vec::new(),
            timeout: Duration::from_secs(1),
            on_error: None,
            mode: Mode::default(),
            override_policy: OverridePolicy::default(),
            max_concurrency: NonZeroU32::MIN.saturating_add(255),
            max_queue: 1024,
            breaker: Some(BreakerSettings::default()),
            cache: None,
        }
    }

    /// Returns what happens to a player when the plugin fails.
    pub fn effective_on_error(&self) -> OnError {
        self.on_error.unwrap_or(self.stage.default_on_error())
    }
}

/// When a plugin is skipped after repeated failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Number of failures in a row that open the breaker. Default 5: a single lost call does not open it, and at the
    /// default timeout 5 players wait for 1 s each before it opens.
    pub failures: NonZeroU32,
    /// Time that it stays open before one call probes the plugin. Default 5 s: if the plugin hangs, one player in 5 s waits
    /// for the timeout.
    pub cool_down: Duration,
    /// Time for which a plugin may be unreachable before that opens the breaker. Default 3 s. Calls in this time wait for
    /// the connection, each at most the timeout.
    pub connect_grace: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            failures: NonZeroU32::MIN.saturating_add(4),
            cool_down: Duration::from_secs(5),
            connect_grace: Duration::from_secs(3),
        }
    }
}

/// Gives an enum without fields the names of the configuration, from one table.
macro_rules! named {
    ($type:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            /// All values in their order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Returns the name in configuration, logs and metrics.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// Stage of a plugin. All plugins of one stage run before the plugins of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Stage {
    /// First: refuses players.
    Deny,
    /// Second: chooses the backend.
    #[default]
    Route,
    /// Last: writes the referral data.
    Mutate,
}

named!(Stage { Deny => "deny", Route => "route", Mutate => "mutate" });

impl Stage {
    /// Returns the effect on a player when a plugin of this stage fails, if its settings do not set one.
    pub const fn default_on_error(self) -> OnError {
        match self {
            Self::Deny => OnError::Deny,
            Self::Route | Self::Mutate => OnError::Continue,
        }
    }
}

/// Effect on a player when a plugin fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnError {
    /// The player is denied.
    Deny,
    /// The player continues as without the plugin.
    Continue,
}

named!(OnError { Deny => "deny", Continue => "continue" });

/// Enforcement of a plugin's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// The answers are enforced.
    #[default]
    Enforce,
    /// No player waits for the plugin; the [`Observer`](crate::Observer) gets what it would have done.
    Shadow,
}

named!(Mode { Enforce => "enforce", Shadow => "shadow" });

/// Backends that a plugin may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OverridePolicy {
    /// Any.
    #[default]
    Any,
    /// The candidates of the request.
    Candidates,
}

named!(OverridePolicy { Any => "any", Candidates => "candidates" });

#[cfg(test)]
mod tests;
