//! Discovery providers in an explanation.

use std::{fmt, sync::Arc, time::Duration};

use super::Explanation;
use crate::Backend;

/// The discovery provider of a backend. Written as `lobbies, 0.4 s ago`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackendOrigin {
    /// Name of the provider.
    pub provider: Arc<str>,
    /// Time since the last contact with its source, if known.
    pub age: Option<Duration>,
}

impl BackendOrigin {
    /// Creates an origin.
    pub fn new(provider: impl Into<Arc<str>>, age: Option<Duration>) -> Self {
        Self {
            provider: provider.into(),
            age,
        }
    }
}

impl fmt::Display for BackendOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.provider)?;
        match self.age {
            Some(age) => write!(f, ", {:.1} s ago", age.as_secs_f64()),
            None => Ok(()),
        }
    }
}

/// The origin of a backend after its address.
pub(super) struct InParentheses<'o>(pub(super) Option<&'o BackendOrigin>);

impl fmt::Display for InParentheses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(origin) => write!(f, " ({origin})"),
            None => Ok(()),
        }
    }
}

impl Explanation {
    /// Adds the origins of backends. A router does not know them: it gets backends, wherever they come from. `find`
    /// returns none for a static backend.
    pub fn name_origins(&mut self, find: impl Fn(&Backend) -> Option<BackendOrigin>) {
        for step in &mut self.steps {
            for removal in &mut step.removed {
                removal.origin = find(&removal.backend);
            }
            for sorted in &mut step.sorted {
                sorted.origin = find(&sorted.backend);
            }
        }
    }
}
