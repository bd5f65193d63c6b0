//! Explanations of decisions.

mod display;
mod json;
mod origin;
mod recorder;
mod removal;
mod route;
mod step;

pub use self::{
    origin::BackendOrigin,
    removal::{Observation, Removal, RemovalCause},
    route::{MatchedRoute, SkippedRoute},
    step::{Comparison, Pick, SortedBackend, StepExplanation},
};
use crate::{Maintenance, RouteFailure};

/// Explains a decision, step by step. [`Display`](std::fmt::Display) writes it for people, on several lines.
///
/// Holds the values that filters read, names and UUIDs of players included.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The host as given.
    pub host: String,
    /// The routes before the one taken, in order; all routes when none was taken.
    pub passed_over: Vec<SkippedRoute>,
    /// The route taken; none when no route matches and there is no default pool.
    pub route: Option<MatchedRoute>,
    /// The effect of the route's maintenance on the player; none when there is no maintenance.
    pub maintenance: Option<MaintenanceCheck>,
    /// `true` if a source of the pool's backends is not available.
    pub is_incomplete: bool,
    /// The pool's own policy and the fallbacks, up to the one that had candidates; empty when a maintenance keeps the
    /// player out.
    pub steps: Vec<StepExplanation>,
}

/// The effect of a route's maintenance on a player.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MaintenanceCheck {
    /// The maintenance.
    pub maintenance: Maintenance,
    /// `true` if the maintenance is active at this time.
    pub in_force: bool,
    /// `true` if the maintenance keeps the player out.
    pub bars: bool,
    /// The reason for that.
    pub why: &'static str,
    /// The values compared with the lists; empty when there are no lists or the maintenance is not active.
    pub seen: Vec<Observation>,
}

impl Explanation {
    /// Returns what the last step picked.
    pub fn picked(&self) -> Option<&Pick> {
        self.steps.last()?.picked.as_ref()
    }

    /// Returns whether a maintenance keeps the player out.
    pub fn is_barred(&self) -> bool {
        self.maintenance.as_ref().is_some_and(|check| check.bars)
    }

    /// Returns why there is no backend; none when there is one. It equals the
    /// [failure of the decision](crate::RouteDecision::failure).
    pub fn failure(&self) -> Option<RouteFailure> {
        match (&self.route, self.picked()) {
            (_, Some(_)) => None,
            (Some(_), None) if self.is_barred() => Some(RouteFailure::Maintenance),
            (Some(_), None) if self.is_incomplete => Some(RouteFailure::DiscoveryUnavailable),
            (Some(_), None) => Some(RouteFailure::NoBackends),
            (None, None) => Some(RouteFailure::NoRoute),
        }
    }
}
