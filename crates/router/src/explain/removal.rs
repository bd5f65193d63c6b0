use std::sync::Arc;

use crate::{Backend, Filter};

/// A backend that is no candidate for this player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The backend.
    pub backend: Arc<Backend>,
    /// The first thing that removed it.
    pub by: RemovedBy,
    /// What does not hold.
    pub why: &'static str,
    /// The values that were looked at.
    pub seen: Vec<Seen>,
}

/// What removed a backend. In this order they are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemovedBy {
    /// It is [drained](Backend::drained).
    Drain,
    /// What the route's pattern took of the host makes no host name of it.
    Capture,
    /// A filter.
    Filter {
        /// Place of the filter in the policy, from 0.
        index: usize,
        /// The filter; the first that does not hold.
        filter: Filter,
    },
}

/// A value that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The key, or what was asked of the player.
    pub what: String,
    /// Its text; none when it is missing.
    pub value: Option<String>,
}
