//! Switches in the meta of static backends.

use hyrouter_router::{Backend, BackendKey, Filter, PoolSpec, Switch};

use super::super::Report;
use crate::path::Path;
use crate::problem::message;

/// Warns of backends that a whitelist closes because its switch is neither on nor off. It is not an error, since the
/// meta of backends may come from another source.
pub(super) fn warn(path: &Path, pool: &PoolSpec, report: &mut Report<'_>) {
    let own = pool.policy.filters.iter();
    let fallback = pool
        .fallback
        .iter()
        .filter_map(|patch| patch.filters.as_ref());
    let mut seen: Vec<&BackendKey> = Vec::new();
    for filter in own.chain(fallback.flatten()) {
        let Filter::Whitelist { enabled_key, .. } = filter else {
            continue;
        };
        if seen.contains(&enabled_key) {
            continue;
        }
        seen.push(enabled_key);
        for (index, backend) in pool.backends.iter().enumerate() {
            warn_of_backend(
                &path.key("backends").index(index),
                enabled_key,
                backend,
                report,
            );
        }
    }
}

fn warn_of_backend(path: &Path, key: &BackendKey, backend: &Backend, report: &mut Report<'_>) {
    let Some(text) = key.entry_or_value(backend) else {
        return;
    };
    if Switch::read(Some(&text)) == Switch::Unreadable {
        let what = format!(
            "`{key}`, the `enabled_key` of a whitelist, is neither on nor off, so no player passes"
        );
        report.warn(path, message(&what, &(*text).into(), Switch::ALLOWED));
    }
}
