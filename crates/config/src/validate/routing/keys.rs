//! Keys of policies that no backend of a pool has.

use hyrouter_router::{Backend, BackendKey, Filter, PoolSpec, SortBy};

use super::super::Report;
use crate::path::Path;

/// Warns of each key once per path, for pools whose backends are all in the file.
pub(super) fn warn(path: &Path, pool: &PoolSpec, report: &mut Report<'_>) {
    let mut check = |at: Path, key: &BackendKey| {
        let has = |backend: &Backend| key.entry_or_value(backend).is_some();
        if !pool.backends.is_empty() && !pool.backends.iter().any(has) {
            report.warn(
                &at,
                format!("no backend of the pool has `{key}` in its `meta`"),
            );
        }
    };
    let policy = &pool.policy;
    let mut is_own_key_used = policy.strategy.needs_key();
    each(path, &policy.sort, &policy.filters, &mut check);
    for (index, patch) in pool.fallback.iter().enumerate() {
        let at = path.key("fallback").index(index);
        let is_key_used = patch.strategy.unwrap_or(policy.strategy).needs_key();
        match &patch.key {
            Some(key) if is_key_used => check(at.key("key"), key),
            Some(_) => {}
            None => is_own_key_used |= is_key_used,
        }
        let sort = patch.sort.as_deref().unwrap_or_default();
        let filters = patch.filters.as_deref().unwrap_or_default();
        each(&at, sort, filters, &mut check);
    }
    if let Some(key) = policy.key.as_ref().filter(|_| is_own_key_used) {
        check(path.key("key"), key);
    }
}

fn each(
    path: &Path,
    sort: &[SortBy],
    filters: &[Filter],
    check: &mut impl FnMut(Path, &BackendKey),
) {
    for (index, sort) in sort.iter().enumerate() {
        check(path.key("sort").index(index).key("key"), &sort.key);
    }
    for (index, filter) in filters.iter().enumerate() {
        let at = path.key("filters").index(index);
        match filter {
            Filter::Compare { left, right, .. } => {
                check(at.key("left"), left);
                check(at.key("right"), right);
            }
            Filter::Hostname { key } => check(at.key("key"), key),
            // An absent entry has a meaning: no list, no start.
            _ => {}
        }
    }
}
