use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::path::Path;

/// Maximum length of the part of a value that an error repeats, in characters.
const SHOWN: usize = 60;

/// One problem of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Path, such as `routing.routes[2].pool.backends[0].port`, or the name of an environment variable.
    pub path: String,
    /// The fault, the value found and the allowed values. Never contains values of secrets.
    pub message: String,
    /// Value found, as it is written: a number, a text or a boolean. Absent for sections, lists and secrets, and if the problem is not in
    /// the value.
    pub value: Option<Value>,
    /// The environment variable that the value comes from, if it does not come from the file.
    pub variable: Option<String>,
}

impl Problem {
    /// Makes a problem that is found outside of this crate, such as a file that cannot be used.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            value: None,
            variable: None,
        }
    }

    /// Returns whether the problem is at this path, above it or below it.
    pub fn concerns(&self, path: &str) -> bool {
        let is_below = |path: &str, above: &str| {
            let rest = path.strip_prefix(above);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        is_below(path, &self.path) || is_below(&self.path, path)
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)?;
        if let Some(variable) = &self.variable {
            write!(f, " (from {variable})")?;
        }
        Ok(())
    }
}

/// A value that is allowed and probably not intended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// Path, as in [`Problem::path`].
    pub path: String,
    /// Consequence of the value.
    pub message: String,
}

impl Warning {
    /// Makes a warning of a state that this crate does not check, such as the end of a certificate.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// The problems found so far. A problem that only follows from an earlier one is not added.
#[derive(Default)]
pub(crate) struct Problems {
    /// Problems by path. An empty list suppresses problems at its path: the value is under an unknown key, which is
    /// reported.
    found: BTreeMap<Path, Vec<ProblemText>>,
    /// Variables by the path of the value that they set.
    variables: BTreeMap<Path, String>,
}

impl Problems {
    /// Adds a problem at `path`.
    pub(crate) fn add(&mut self, path: &Path, message: impl Into<ProblemText>) {
        self.found
            .entry(path.clone())
            .or_default()
            .push(message.into());
    }

    /// Adds a problem at `path`, unless there is one at it or above it.
    pub(crate) fn add_if_clear(&mut self, path: &Path, message: impl Into<ProblemText>) {
        if !self.is_covered(path) {
            self.add(path, message);
        }
    }

    /// Suppresses later problems at `path`: its value was probably given under an unknown key, which is reported.
    pub(crate) fn suppress(&mut self, path: Path) {
        self.found.entry(path).or_default();
    }

    /// Records that the value at `path` comes from an environment variable.
    pub(crate) fn note_variable(&mut self, path: Path, variable: &str) {
        self.variables.insert(path, variable.to_owned());
    }

    /// Returns whether there is a problem at `path` or above it.
    pub(crate) fn is_covered(&self, path: &Path) -> bool {
        nearest_above(&self.found, path).is_some()
    }

    /// Returns whether there is a problem at `path` or below it.
    pub(crate) fn has_within(&self, path: &Path) -> bool {
        // Paths within a path follow it directly in the order of paths.
        let next = self.found.range::<Path, _>(path..).next();
        next.is_some_and(|(found, _)| found.is_within(path))
    }

    /// Returns all problems by path.
    pub(crate) fn into_list(self) -> Vec<Problem> {
        let mut list = Vec::new();
        for (path, messages) in self.found {
            let variable = nearest_above(&self.variables, &path);
            list.extend(messages.into_iter().map(|message| Problem {
                path: path.to_string(),
                message: message.text,
                value: message.value,
                variable: variable.cloned(),
            }));
        }
        list
    }
}

/// Returns the entry at `path`, or at the nearest path above it.
fn nearest_above<'a, T>(entries: &'a BTreeMap<Path, T>, path: &Path) -> Option<&'a T> {
    path.and_above().find_map(|above| entries.get(above))
}

/// Fault of a value.
pub(crate) struct ProblemText {
    pub(crate) text: String,
    value: Option<Value>,
}

impl<T: Into<String>> From<T> for ProblemText {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            value: None,
        }
    }
}

/// Returns `what (got value); allowed: ...`.
pub(crate) fn message(what: &str, value: &Value, allowed: impl fmt::Display) -> ProblemText {
    let is_one = !value.is_object() && !value.is_array();
    ProblemText {
        text: format!("{what} (got {}); allowed: {allowed}", Shown(value)),
        value: is_one.then(|| value.clone()),
    }
}

/// Returns the same without the value, for one that is or may hold a secret.
pub(crate) fn secret_message(what: &str, allowed: impl fmt::Display) -> ProblemText {
    format!("{what} (value not shown); allowed: {allowed}").into()
}

/// Writes a value, shortened to fit a line of a log.
struct Shown<'a>(&'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::String(text) => {
                let short: String = text.chars().take(SHOWN).collect();
                let rest = if short.len() < text.len() { "..." } else { "" };
                write!(f, "{short:?}{rest}")
            }
            Value::Array(items) => write!(f, "a list of {}", items.len()),
            Value::Object(_) => f.write_str("an object"),
            value => write!(f, "{value}"),
        }
    }
}
