//! Sorts and filters of a pool.

use hyrouter_router as router;

use super::super::{Report, missing};
use crate::model::{Filter, FilterType, Sort};
use crate::path::Path;

/// Key of the patterns of `hostname`.
const DEFAULT_NAMES: &str = "hostname";

pub(super) fn build_sort(sort: Vec<Sort>) -> Vec<router::SortBy> {
    let entries = sort.into_iter().filter_map(|entry| {
        Some(router::SortBy {
            key: entry.key?,
            order: entry.order,
            kind: entry.kind,
        })
    });
    entries.collect()
}

pub(super) fn build_filters(
    list: &Path,
    filters: Vec<Filter>,
    report: &mut Report<'_>,
) -> Vec<router::Filter> {
    let filters = filters.into_iter().enumerate();
    let built =
        filters.filter_map(|(index, filter)| build_filter(&list.index(index), filter, report));
    built.collect()
}

fn build_filter(path: &Path, filter: Filter, report: &mut Report<'_>) -> Option<router::Filter> {
    let kind = filter.kind?;
    let name = kind.as_str();
    if filter.verified.is_some() && !matches!(kind, FilterType::Whitelist | FilterType::Identity) {
        report.problems.add_if_clear(
            &path.key("verified"),
            format!("not for type `{name}`; allowed: with whitelist and identity"),
        );
    }
    let mut need = |key: &str, is_given: bool| {
        if !is_given {
            let message = missing(&format!("type `{name}`"));
            report.problems.add_if_clear(&path.key(key), message);
        }
    };
    match kind {
        FilterType::Compare => {
            need("left", filter.left.is_some());
            need("op", filter.op.is_some());
            need("right", filter.right.is_some());
            Some(router::Filter::Compare {
                left: filter.left?,
                op: filter.op?,
                right: filter.right?,
            })
        }
        FilterType::Whitelist => {
            need("enabled_key", filter.enabled_key.is_some());
            need("list_key", filter.list_key.is_some());
            Some(router::Filter::Whitelist {
                enabled_key: filter.enabled_key?,
                list_key: filter.list_key?,
                subject: filter.subject.unwrap_or_default(),
                verified: filter.verified.unwrap_or(false),
            })
        }
        FilterType::Identity => Some(router::Filter::Identity {
            verified: filter.verified.unwrap_or(true),
        }),
        FilterType::GameStartNotPast => {
            need("key", filter.key.is_some());
            Some(router::Filter::GameStartNotPast { key: filter.key? })
        }
        FilterType::Hostname => Some(router::Filter::Hostname {
            key: filter.key.unwrap_or_else(|| DEFAULT_NAMES.into()),
        }),
    }
}
