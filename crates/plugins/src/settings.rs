//! What the operator says about one plugin.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::Plugin;

/// A plugin and what the operator says about it.
#[derive(Clone)]
pub struct Entry {
    /// What is asked.
    pub plugin: Arc<dyn Plugin>,
    /// When, and what its answers are worth.
    pub settings: Settings,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What the operator says about one plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Unique in its chain.
    pub name: String,
    /// When it runs.
    pub stage: Stage,
    /// Names of the plugins before which it runs.
    pub before: Vec<String>,
    /// Names of the plugins after which it runs.
    pub after: Vec<String>,
    /// How long a player waits for it at most, the queue included. Default 1 s: a fifth of the decision's budget.
    pub timeout: Duration,
    /// When it fails. Default: deny in stage deny, where a plugin keeps players out; continue elsewhere.
    pub on_error: Option<OnError>,
    /// Whether its answer counts.
    pub mode: Mode,
    /// Which backends it may name.
    pub override_policy: OverridePolicy,
    /// How many calls run at once. Default 256: at 20 ms a call that is 12,800 players a second.
    pub max_concurrency: NonZeroU32,
    /// How many more calls wait for their turn; one more is refused at once. Default 1024. A waiting call holds one
    /// request, some kilobytes, so that a full queue with 256 running calls takes some megabytes.
    pub max_queue: u32,
    /// When to stop asking for a while; `None`: never.
    pub breaker: Option<BreakerSettings>,
}

impl Settings {
    /// The defaults for a plugin of this name.
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
        }
    }

    /// What happens to a player when the plugin fails.
    pub fn effective_on_error(&self) -> OnError {
        self.on_error.unwrap_or(match self.stage {
            Stage::Deny => OnError::Deny,
            Stage::Route | Stage::Mutate => OnError::Continue,
        })
    }
}

/// When a plugin that fails again and again is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Failures in a row that open the breaker. Default 5: one lost call opens nothing, and at the default timeout
    /// an idle network's players lose no more than a second each before it opens.
    pub failures: NonZeroU32,
    /// How long it stays open before one player's call probes the plugin. Default 5 s: with a plugin that hangs, one
    /// player in 5 seconds waits for the timeout.
    pub cool_down: Duration,
    /// Time for which a plugin may be unreachable before that opens the breaker. Default 3 s. Calls in this time wait
    /// for the connection, each at most the timeout.
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
            /// The name in configuration, logs and metrics.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What has this name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
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

/// When a plugin runs: all of one stage before all of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Stage {
    /// First: keeps players out.
    Deny,
    /// Then: chooses where they go.
    #[default]
    Route,
    /// Last: writes what they carry.
    Mutate,
}

named!(Stage { Deny => "deny", Route => "route", Mutate => "mutate" });

/// What happens to a player whose plugin fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnError {
    /// The player is denied.
    Deny,
    /// The player goes on as if there were no such plugin.
    Continue,
}

named!(OnError { Deny => "deny", Continue => "continue" });

/// Whether a plugin's answer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// It counts.
    #[default]
    Enforce,
    /// The plugin is asked beside the player's way, and what it would have done is told to the
    /// [`Observer`](crate::Observer).
    Shadow,
}

named!(Mode { Enforce => "enforce", Shadow => "shadow" });

/// Which backends a plugin may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OverridePolicy {
    /// Any at all.
    #[default]
    Any,
    /// Those that it was given as candidates.
    Candidates,
}

named!(OverridePolicy { Any => "any", Candidates => "candidates" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for stage in [Stage::Deny, Stage::Route, Stage::Mutate] {
            assert_eq!(Stage::from_name(stage.as_str()), Some(stage));
        }
        for on_error in [OnError::Deny, OnError::Continue] {
            assert_eq!(OnError::from_name(on_error.as_str()), Some(on_error));
        }
        for mode in [Mode::Enforce, Mode::Shadow] {
            assert_eq!(Mode::from_name(mode.as_str()), Some(mode));
        }
        for policy in [OverridePolicy::Any, OverridePolicy::Candidates] {
            assert_eq!(OverridePolicy::from_name(policy.as_str()), Some(policy));
        }
        assert_eq!(Stage::from_name("Deny"), None);
    }

    #[test]
    fn what_happens_on_error_depends_on_the_stage() {
        for (stage, default) in [
            (Stage::Deny, OnError::Deny),
            (Stage::Route, OnError::Continue),
            (Stage::Mutate, OnError::Continue),
        ] {
            let mut settings = Settings {
                stage,
                ..Settings::new("a")
            };
            assert_eq!(settings.effective_on_error(), default);
            for on_error in [OnError::Deny, OnError::Continue] {
                settings.on_error = Some(on_error);
                assert_eq!(settings.effective_on_error(), on_error);
            }
        }
    }

    #[test]
    fn defaults_are_as_documented() {
        let settings = Settings::new("a");
        assert_eq!(settings.stage, Stage::Route);
        assert_eq!(settings.timeout, Duration::from_secs(1));
        assert_eq!(settings.mode, Mode::Enforce);
        assert_eq!(settings.override_policy, OverridePolicy::Any);
        assert_eq!(settings.max_concurrency.get(), 256);
        assert_eq!(settings.max_queue, 1024);
        let breaker = settings.breaker.unwrap();
        assert_eq!(breaker.failures.get(), 5);
        assert_eq!(breaker.cool_down, Duration::from_secs(5));
        assert_eq!(breaker.connect_grace, Duration::from_secs(3));
    }
}
