//! Tells how a decision comes about.

use std::sync::Arc;

use crate::{Backend, Conditions, HostPattern, Maintenance, PoolPolicy};

mod display;
mod json;
mod recorder;
mod removal;

pub use self::removal::{Observation, Removal, RemovalCause};

/// How a decision comes about, step by step. [`Display`](std::fmt::Display) writes it for people, on several lines.
///
/// It holds the values that filters looked at, names and UUIDs of players included.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The host as given.
    pub host: String,
    /// The routes before the one that was taken, in order; all when none was.
    pub passed_over: Vec<SkippedRoute>,
    /// The route that was taken; none when no route matches and there is no default pool.
    pub route: Option<MatchedRoute>,
    /// What the route's maintenance means for the player; none when there is no maintenance.
    pub maintenance: Option<MaintenanceCheck>,
    /// The pool's own policy and the fallbacks up to the one that had candidates; nothing when a maintenance keeps the
    /// player out.
    pub steps: Vec<StepExplanation>,
}

/// A route that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRoute {
    /// Place among the routes, from 0.
    pub index: usize,
    /// The route's name.
    pub name: Arc<str>,
    /// Its patterns.
    pub patterns: Vec<HostPattern>,
    /// What it asks for beside the host.
    pub conditions: Conditions,
    /// Why it does not match.
    pub why: &'static str,
}

/// The route that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedRoute {
    /// The route's name; `default` for the default pool.
    pub name: Arc<str>,
    /// Its place among the routes, from 0; none for the default pool.
    pub index: Option<usize>,
    /// The first of its patterns that matches; none for the default pool.
    pub pattern: Option<HostPattern>,
    /// What each `*` of the pattern took of the host; empty where no backend asks for it.
    pub captured: Vec<String>,
}

/// What a maintenance means for one player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceCheck {
    /// The maintenance.
    pub maintenance: Maintenance,
    /// Whether it is going on.
    pub in_force: bool,
    /// Whether it keeps the player out.
    pub bars: bool,
    /// Why it does or does not.
    pub why: &'static str,
    /// What is known of the player that it looks at, when it is going on.
    pub seen: Vec<Observation>,
}

/// What one policy made of the backends.
#[derive(Debug, Clone, PartialEq)]
pub struct StepExplanation {
    /// 0 for the pool's own policy, 1 for the first fallback and so on.
    pub fallback: usize,
    /// The policy in force, what a fallback replaces already replaced.
    pub policy: PoolPolicy,
    /// Backends that are no candidates for this player, in the order of the pool.
    pub removed: Vec<Removal>,
    /// The other backends, sorted.
    pub sorted: Vec<SortedBackend>,
    /// How many of the sorted the limit leaves: the first ones.
    pub within_limit: usize,
    /// What the strategy picked; none when no candidate was left.
    pub picked: Option<Pick>,
}

/// A backend that is not removed.
#[derive(Debug, Clone, PartialEq)]
pub struct SortedBackend {
    /// The backend.
    pub backend: Arc<Backend>,
    /// The host that players are referred to: the backend's, with what the pattern took in place of captures.
    pub host: String,
    /// What it was sorted by: a value for each criterion, none where it counts as missing.
    pub sorted_by: Vec<Option<String>>,
    /// What `least_loaded` and `p2c` compare.
    pub load: Option<f64>,
}

/// What the strategy picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Place among the candidates, from 0.
    pub index: usize,
    /// The backend.
    pub backend: Arc<Backend>,
    /// The host that the player is referred to, likewise.
    pub host: String,
    /// How it was picked.
    pub by: Comparison,
}

/// What a strategy went by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// Round robin's counter.
    Turn(usize),
    /// Nothing but chance.
    Chance,
    /// Chance in proportion to weights.
    Weight {
        /// Weight of the one picked.
        weight: u32,
        /// Weights of all candidates.
        total: u64,
    },
    /// The smallest load, by chance among equals.
    Load {
        /// The candidates compared, by place: all for `least_loaded`, the drawn ones for `p2c`.
        compared: Vec<usize>,
    },
}

impl Explanation {
    /// What was picked in the end.
    pub fn picked(&self) -> Option<&Pick> {
        self.steps.last()?.picked.as_ref()
    }

    /// Whether a maintenance keeps the player out.
    pub fn is_barred(&self) -> bool {
        self.maintenance.as_ref().is_some_and(|judged| judged.bars)
    }

    /// The stable code of what went wrong: `no_route`, `maintenance`, `no_backends`, or none when there is a
    /// backend.
    pub fn reason_code(&self) -> Option<&'static str> {
        match (&self.route, self.picked()) {
            (_, Some(_)) => None,
            (Some(_), None) if self.is_barred() => Some("maintenance"),
            (Some(_), None) => Some("no_backends"),
            (None, None) => Some("no_route"),
        }
    }
}

impl StepExplanation {
    /// The list that the strategy picks from.
    pub fn candidates(&self) -> &[SortedBackend] {
        self.sorted.get(..self.within_limit).unwrap_or(&self.sorted)
    }

    /// What the limit cut off.
    pub fn over_limit(&self) -> &[SortedBackend] {
        self.sorted.get(self.within_limit..).unwrap_or_default()
    }
}
