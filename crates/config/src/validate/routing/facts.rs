//! Values that filters read in the meta of static backends.

use std::collections::HashSet;

use hyrouter_router::{Backend, BackendKey, Filter, PoolSpec, Switch, unusable_patterns};

use super::super::Report;
use crate::path::Path;
use crate::problem::message;

/// Warns of backends that a whitelist closes because its switch is neither on nor off, and of host name patterns that
/// are ignored. These are no errors, since the meta of backends may come from another source.
pub(super) fn warn(path: &Path, pool: &PoolSpec, report: &mut Report<'_>) {
    let own = pool.policy.filters.iter();
    let fallback = pool
        .fallback
        .iter()
        .filter_map(|patch| patch.filters.as_ref());
    let (mut switches, mut names) = (HashSet::new(), HashSet::new());
    for filter in own.chain(fallback.flatten()) {
        let warn_of: fn(&Path, &BackendKey, &Backend, &mut Report<'_>);
        let (key, is_new) = match filter {
            Filter::Whitelist { enabled_key, .. } => {
                warn_of = warn_of_switch;
                (enabled_key, switches.insert(enabled_key))
            }
            Filter::Hostname { key } => {
                warn_of = warn_of_patterns;
                (key, names.insert(key))
            }
            _ => continue,
        };
        let backends = pool.backends.iter().enumerate();
        for (index, backend) in backends.filter(|_| is_new) {
            warn_of(&path.key("backends").index(index), key, backend, report);
        }
    }
}

fn warn_of_switch(path: &Path, key: &BackendKey, backend: &Backend, report: &mut Report<'_>) {
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

fn warn_of_patterns(path: &Path, key: &BackendKey, backend: &Backend, report: &mut Report<'_>) {
    let text = key.value(backend).unwrap_or_default();
    for pattern in unusable_patterns(&text) {
        let what = format!("`{key}` has a host name pattern that is ignored");
        let allowed = "at most 100 patterns, as in `match.hostname`, separated by commas";
        report.warn(path, message(&what, &pattern.into(), allowed));
    }
}
