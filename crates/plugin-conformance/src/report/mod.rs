//! Results of a run, and their forms.

mod junit;
pub(crate) mod table;

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::difference::Difference;

/// Results of a run. `Display` writes a table.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConformanceReport {
    /// Name of the plugin.
    pub plugin: String,
    /// Number of calls of the plugin.
    pub calls: u64,
    /// Time of the run.
    pub elapsed: Duration,
    /// Results, in the order of the run.
    pub checks: Vec<CheckReport>,
}

/// Result of a check of the suite, or of a case.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CheckReport {
    /// Group of the check.
    pub group: CheckGroup,
    /// Name of the check, or of the case's file without `.json`.
    pub name: String,
    /// Sentence about the purpose of the check, or the description of a case, which may be empty.
    pub description: String,
    /// The result.
    pub result: CheckResult,
    /// Time of the check.
    pub elapsed: Duration,
    /// Differences, at most 8. None unless the check failed.
    pub differences: Vec<Difference>,
    /// Remarks for the author.
    pub notes: Vec<String>,
    /// Lines that the plugin printed during a failed check, at most 20.
    pub output: Vec<String>,
}

impl CheckReport {
    pub(crate) fn new(group: CheckGroup, name: &str, description: &str) -> Self {
        Self {
            group,
            name: name.to_owned(),
            description: description.to_owned(),
            result: CheckResult::Passed,
            elapsed: Duration::ZERO,
            differences: Vec::new(),
            notes: Vec::new(),
            output: Vec::new(),
        }
    }
}

/// Group of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckGroup {
    /// The author's cases.
    Cases,
    /// The built-in suite.
    Conformance,
}

impl CheckGroup {
    /// All groups, in the order of reports.
    pub(crate) const ALL: [Self; 2] = [Self::Cases, Self::Conformance];

    /// Returns the name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Conformance => "conformance",
        }
    }
}

/// Result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    /// The plugin is right.
    Passed,
    /// The plugin is right as far as it could be compared.
    Warned,
    /// The plugin is wrong.
    Failed,
    /// The check did not run.
    Skipped,
}

impl CheckResult {
    /// Returns the name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl ConformanceReport {
    /// Returns whether no check failed or was skipped.
    pub fn is_passed(&self) -> bool {
        self.count(CheckResult::Failed) == 0 && self.count(CheckResult::Skipped) == 0
    }

    /// Returns the number of checks with this result.
    pub fn count(&self, result: CheckResult) -> usize {
        let found = self.checks.iter().filter(|check| check.result == result);
        found.count()
    }

    /// Returns the results as one JSON object. Times are in microseconds.
    pub fn to_json(&self) -> Value {
        let checks: Vec<_> = self.checks.iter().map(CheckReport::to_json).collect();
        json!({
            "plugin": self.plugin,
            "calls": self.calls,
            "time_us": micros(self.elapsed),
            "passed": self.count(CheckResult::Passed),
            "warned": self.count(CheckResult::Warned),
            "failed": self.count(CheckResult::Failed),
            "skipped": self.count(CheckResult::Skipped),
            "checks": checks,
        })
    }

    /// Returns the results as a document in the XML of `JUnit`, which CI systems read. A warning is a pass with its text
    /// in `system-out`.
    pub fn to_junit(&self) -> String {
        junit::write(self)
    }

    /// Returns the lines of the table about checks that did not pass, without the line of counts. Empty if all passed.
    pub fn problems(&self) -> String {
        table::problems(self)
    }

    /// Returns the counts, such as `25 passed, 1 failed`.
    pub fn summary(&self) -> String {
        let mut summary = format!(
            "{} passed, {} failed",
            self.count(CheckResult::Passed),
            self.count(CheckResult::Failed)
        );
        for result in [CheckResult::Warned, CheckResult::Skipped] {
            let count = self.count(result);
            if count > 0 {
                summary = format!("{summary}, {count} {}", result.as_str());
            }
        }
        summary
    }
}

impl CheckReport {
    fn to_json(&self) -> Value {
        let differences: Vec<_> = self
            .differences
            .iter()
            .map(|difference| {
                json!({
                    "place": difference.place(),
                    "expected": difference.expected(),
                    "got": difference.got(),
                })
            })
            .collect();
        json!({
            "group": self.group.as_str(),
            "name": self.name,
            "description": self.description,
            "result": self.result.as_str(),
            "time_us": micros(self.elapsed),
            "differences": differences,
            "notes": self.notes,
            "output": self.output,
        })
    }
}

impl fmt::Display for ConformanceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(self, f)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
