//! Whether a part of the router works.

use serde::Serialize;

/// The answer to `/livez` and `/readyz`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HealthReport {
    /// What is wrong. Nothing is, when this is empty.
    pub problems: Vec<HealthProblem>,
    /// What may become a problem if nothing is done about it. Players can be sent all the same.
    pub warnings: Vec<HealthProblem>,
}

impl HealthReport {
    /// Whether nothing is wrong, warnings aside.
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthProblem {
    /// The part it is wrong with, as `listener`, `plugin bans` or `discovery`.
    pub part: String,
    /// What is wrong with it, in a sentence for the operator.
    pub problem: String,
}
