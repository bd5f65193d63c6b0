//! Policies of pools.

use crate::{BackendKey, Filter, SortBy, Strategy};

/// Number of candidates that [`Strategy::P2c`] compares by default.
pub const DEFAULT_SAMPLE: usize = 2;

/// The way in which a pool picks a backend: filters, then sorting, then the limit, then the strategy.
///
/// The default is round robin over all backends in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolPolicy {
    /// Strategy that picks one of the candidates.
    pub strategy: Strategy,
    /// Key of the number that `least_loaded` and `p2c` compare; lower is better. Both need it, the others ignore it.
    pub key: Option<BackendKey>,
    /// Number of distinct candidates that `p2c` draws, at most all of them. 0 stands for the default, 2.
    pub sample: usize,
    /// Order of the candidates. The first criterion has the highest precedence.
    pub sort: Vec<SortBy>,
    /// Maximum number of candidates, counted after sorting. 0, the default, is no limit.
    pub limit: usize,
    /// Filters that a candidate must pass, all of them.
    pub filters: Vec<Filter>,
}

/// A fallback: replacements of fields of the pool's own policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyPatch {
    /// Replaces [`PoolPolicy::strategy`].
    pub strategy: Option<Strategy>,
    /// Replaces [`PoolPolicy::key`].
    pub key: Option<BackendKey>,
    /// Replaces [`PoolPolicy::sample`].
    pub sample: Option<usize>,
    /// Replaces [`PoolPolicy::sort`]; an empty list means the order of the backends.
    pub sort: Option<Vec<SortBy>>,
    /// Replaces [`PoolPolicy::limit`]; 0 means no limit.
    pub limit: Option<usize>,
    /// Replaces [`PoolPolicy::filters`]; an empty list means none.
    pub filters: Option<Vec<Filter>>,
}

impl Default for PoolPolicy {
    fn default() -> Self {
        Self {
            strategy: Strategy::default(),
            key: None,
            sample: DEFAULT_SAMPLE,
            sort: Vec::new(),
            limit: 0,
            filters: Vec::new(),
        }
    }
}

impl PoolPolicy {
    /// Returns this policy with the replacements of the patch.
    #[must_use]
    pub fn patched(&self, patch: &PolicyPatch) -> Self {
        Self {
            strategy: patch.strategy.unwrap_or(self.strategy),
            key: patch.key.as_ref().or(self.key.as_ref()).cloned(),
            sample: patch.sample.unwrap_or(self.sample),
            sort: patch.sort.as_ref().unwrap_or(&self.sort).clone(),
            limit: patch.limit.unwrap_or(self.limit),
            filters: patch.filters.as_ref().unwrap_or(&self.filters).clone(),
        }
    }

    /// Returns the maximum number of candidates.
    pub(crate) const fn max_candidates(&self) -> usize {
        if self.limit == 0 {
            usize::MAX
        } else {
            self.limit
        }
    }

    /// Returns the number of candidates that `p2c` draws.
    pub(crate) const fn sample_size(&self) -> usize {
        if self.sample == 0 {
            DEFAULT_SAMPLE
        } else {
            self.sample
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PolicyPatch, PoolPolicy};
    use crate::{BackendKey, Filter, SortBy, Strategy};

    fn own() -> PoolPolicy {
        PoolPolicy {
            strategy: Strategy::P2c,
            key: Some(BackendKey::from("load")),
            sample: 3,
            sort: vec![SortBy::new(BackendKey::from("port"))],
            limit: 4,
            filters: vec![Filter::GameStartNotPast {
                key: BackendKey::from("start"),
            }],
        }
    }

    #[test]
    fn an_empty_patch_changes_nothing() {
        assert_eq!(own().patched(&PolicyPatch::default()), own());
    }

    #[test]
    fn each_field_is_replaced_alone() {
        type Case = (PolicyPatch, fn(&mut PoolPolicy));
        let cases: [Case; 6] = [
            (
                PolicyPatch {
                    strategy: Some(Strategy::Random),
                    ..PolicyPatch::default()
                },
                |policy| policy.strategy = Strategy::Random,
            ),
            (
                PolicyPatch {
                    key: Some(BackendKey::from("weight")),
                    ..PolicyPatch::default()
                },
                |policy| policy.key = Some(BackendKey::from("weight")),
            ),
            (
                PolicyPatch {
                    sample: Some(1),
                    ..PolicyPatch::default()
                },
                |policy| policy.sample = 1,
            ),
            (
                PolicyPatch {
                    sort: Some(vec![]),
                    ..PolicyPatch::default()
                },
                |policy| policy.sort.clear(),
            ),
            (
                PolicyPatch {
                    limit: Some(0),
                    ..PolicyPatch::default()
                },
                |policy| policy.limit = 0,
            ),
            (
                PolicyPatch {
                    filters: Some(vec![]),
                    ..PolicyPatch::default()
                },
                |policy| policy.filters.clear(),
            ),
        ];
        for (patch, change) in cases {
            let mut expected = own();
            change(&mut expected);
            assert_eq!(own().patched(&patch), expected, "{patch:?}");
        }
    }
}
