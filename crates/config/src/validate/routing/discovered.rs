//! Pools with discovered backends.

use super::super::Report;
use super::super::discovery::Providers;
use crate::model::{DiscoveryMode, PoolDiscoveries, PoolDiscovery};
use crate::path::Path;
use crate::{PoolDiscoverySettings, PoolSourceSettings};

/// Builds the discovery of the pool of this route; none for an empty list.
pub(super) fn build(
    path: &Path,
    discoveries: PoolDiscoveries,
    route: Option<usize>,
    providers: &Providers,
    report: &mut Report<'_>,
) -> Option<PoolDiscoverySettings> {
    let entries = discoveries.0;
    let is_list = entries.len() > 1;
    let mode = entries.iter().find_map(|entry| entry.mode);
    let mut sources = Vec::with_capacity(entries.len());
    for (index, entry) in entries.into_iter().enumerate() {
        let at = if is_list {
            path.index(index)
        } else {
            path.clone()
        };
        providers.check_name(&at.key("provider"), &entry.provider, report.problems);
        if entry.mode.is_some_and(|other| Some(other) != mode) {
            report.problems.add_if_clear(
                &at.key("mode"),
                "differs from an earlier entry; allowed: one mode for all entries of a pool",
            );
        }
        let selector = entry.selector.as_ref();
        providers.check_selector(&at.key("selector"), &entry.provider, selector, report);
        warn_of_unused(&at, &entry, report);
        sources.push(PoolSourceSettings {
            provider: entry.provider,
            selector: entry.selector.unwrap_or_default(),
        });
    }
    (!sources.is_empty()).then_some(PoolDiscoverySettings {
        route,
        sources,
        mode: mode.unwrap_or(DiscoveryMode::Union),
    })
}

fn warn_of_unused(path: &Path, entry: &PoolDiscovery, report: &mut Report<'_>) {
    let unused = [
        ("limit", entry.limit.is_some()),
        ("sort", !entry.sort.is_empty()),
    ];
    for (key, is_there) in unused {
        if is_there {
            let text = format!("not used, as in the original; write it at `{key}` of the pool");
            report.warn(&path.key(key), text);
        }
    }
}
