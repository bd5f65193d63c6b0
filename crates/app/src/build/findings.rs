//! Problems that are found when what a configuration names is opened.

use std::error::Error;

use hyrouter_config::{ConfigError, Problem};
use hyrouter_text::Causes;

/// All problems so far. Nothing is opened twice for one problem: what a problem concerns is left alone.
#[derive(Debug)]
pub(crate) struct Findings(Vec<Problem>);

impl Findings {
    /// Begins with those of the configuration itself.
    pub(crate) fn beginning_with(problems: Vec<Problem>) -> Self {
        Self(problems)
    }

    /// Returns whether nothing wrong was found yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether no problem concerns these keys.
    pub(crate) fn are_free(&self, keys: &[&str]) -> bool {
        let is_free = |key: &&str| !self.0.iter().any(|problem| problem.concerns(key));
        keys.iter().all(is_free)
    }

    /// Keeps the problem, or returns what was opened.
    pub(crate) fn keep<T>(&mut self, opened: Result<T, Problem>) -> Option<T> {
        opened.map_err(|problem| self.0.push(problem)).ok()
    }

    /// Returns what was put together, unless there is a problem.
    ///
    /// # Errors
    /// All problems.
    pub(crate) fn unless_wrong<T>(self, made: Option<T>) -> Result<T, ConfigError> {
        match made {
            Some(made) if self.0.is_empty() => Ok(made),
            _ => Err(ConfigError::Invalid { problems: self.0 }),
        }
    }
}

/// Makes an error with its causes a problem at this key.
pub(crate) fn at<E: Error + 'static>(key: &str) -> impl FnOnce(E) -> Problem {
    move |error| Problem::new(key, Causes(&error).to_string())
}
