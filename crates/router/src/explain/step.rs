//! One policy in an explanation.

use std::sync::Arc;

use super::{BackendOrigin, Removal};
use crate::{Backend, BackendKey, PoolPolicy, SortType, number::Number, pool::PoolEntry};

/// The result of one policy on the backends of a pool.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StepExplanation {
    /// 0 for the pool's own policy, 1 for the first fallback and so on.
    pub fallback: usize,
    /// The applied policy. For a fallback it is the pool's own policy with its replacements.
    pub policy: PoolPolicy,
    /// Backends that are no candidates for this player, in the order of the pool.
    pub removed: Vec<Removal>,
    /// The other backends, sorted.
    pub sorted: Vec<SortedBackend>,
    /// Number of sorted backends within the limit, counted from the first.
    pub within_limit: usize,
    /// The pick of the strategy; none when there is no candidate.
    pub picked: Option<Pick>,
}

/// A backend that is not removed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SortedBackend {
    /// The backend.
    pub backend: Arc<Backend>,
    /// The host that players are referred to: the backend's host with its captures replaced.
    pub host: String,
    /// The value of each sort criterion; none where it counts as missing.
    pub sorted_by: Vec<Option<String>>,
    /// The number that `least_loaded` and `p2c` compare.
    pub load: Option<f64>,
    /// The provider of the backend, as of [`Explanation::name_origins`](super::Explanation::name_origins).
    pub origin: Option<BackendOrigin>,
}

/// The backend that a strategy picked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pick {
    /// Place among the candidates, from 0.
    pub index: usize,
    /// The backend.
    pub backend: Arc<Backend>,
    /// The host that the player is referred to, as of [`SortedBackend::host`].
    pub host: String,
    /// The basis of the pick.
    pub by: Comparison,
}

/// The basis on which a strategy picks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// The counter of round robin.
    Turn(usize),
    /// Chance alone.
    Chance,
    /// Chance in proportion to weights.
    Weight {
        /// Weight of the backend picked.
        weight: u32,
        /// Sum of the weights of all candidates.
        total: u64,
    },
    /// The smallest load, by chance among equals.
    Load {
        /// Places of the candidates compared: all for `least_loaded`, the drawn ones for `p2c`.
        compared: Vec<usize>,
    },
}

impl StepExplanation {
    /// Returns the backends that the strategy picks from.
    pub fn candidates(&self) -> &[SortedBackend] {
        self.sorted.get(..self.within_limit).unwrap_or(&self.sorted)
    }

    /// Returns the backends beyond the limit.
    pub fn over_limit(&self) -> &[SortedBackend] {
        self.sorted.get(self.within_limit..).unwrap_or_default()
    }
}

impl SortedBackend {
    pub(super) fn new(policy: &PoolPolicy, entry: &PoolEntry, captured: &[String]) -> Self {
        let backend = &entry.backend;
        let text = |key: &BackendKey| key.value(backend).map(String::from);
        let sorted_by = policy.sort.iter().map(|by| match by.kind {
            SortType::String => text(&by.key),
            SortType::Number => by.key.number(backend).and_then(|_| text(&by.key)),
        });
        Self {
            sorted_by: sorted_by.collect(),
            host: entry.host(captured).into_owned(),
            load: entry.load.map(Number::get),
            backend: Arc::clone(backend),
            origin: None,
        }
    }
}
