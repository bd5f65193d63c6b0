//! Health of the parts of the router.

use serde::Serialize;

/// Response to `/livez` and `/readyz`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HealthReport {
    /// Problems. Empty if the router is healthy.
    pub problems: Vec<HealthProblem>,
    /// Conditions that may become problems. The router still serves players.
    pub warnings: Vec<HealthProblem>,
}

impl HealthReport {
    /// Returns whether there are no problems. Warnings do not count.
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Problem of a part of the router.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthProblem {
    /// Part with the problem, such as `listener`, `plugin bans` or `discovery`.
    pub part: String,
    /// Description of the problem, in a sentence for the operator.
    pub problem: String,
}
