//! Mistakes that are found when what a configuration names is opened.

use anyhow::Error;
use hyrouter_config::{ConfigError, Mistake};
use hyrouter_outgoing::Causes;

/// All mistakes so far. Nothing is opened twice for one mistake: what a mistake concerns is left alone.
#[derive(Debug)]
pub(crate) struct Findings(Vec<Mistake>);

impl Findings {
    /// Begins with those of the configuration itself.
    pub(crate) fn beginning_with(mistakes: Vec<Mistake>) -> Self {
        Self(mistakes)
    }

    /// Returns whether nothing wrong was found yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether no mistake concerns these keys.
    pub(crate) fn are_free(&self, keys: &[&str]) -> bool {
        let is_free = |key: &&str| !self.0.iter().any(|mistake| mistake.concerns(key));
        keys.iter().all(is_free)
    }

    /// Keeps the mistake, or returns what was opened.
    pub(crate) fn keep<T>(&mut self, opened: Result<T, Mistake>) -> Option<T> {
        opened.map_err(|mistake| self.0.push(mistake)).ok()
    }

    /// Returns what was put together, unless there is a mistake.
    ///
    /// # Errors
    /// All mistakes.
    pub(crate) fn unless_wrong<T>(self, made: Option<T>) -> Result<T, ConfigError> {
        match made {
            Some(made) if self.0.is_empty() => Ok(made),
            _ => Err(ConfigError::Invalid { mistakes: self.0 }),
        }
    }
}

/// Makes an error with its causes a mistake at this key.
pub(crate) fn at<E: Into<Error>>(key: &str) -> impl FnOnce(E) -> Mistake {
    move |error| Mistake::new(key, Causes(error.into().as_ref()).to_string())
}
