//! Sorts and filters of a pool.

use std::str::FromStr;

use hyrouter_router as router;

use super::super::{Report, missing};
use crate::model::{Filter, Sort};
use crate::path::Path;

pub(super) fn build_sort(sort: Vec<Sort>) -> Vec<router::SortBy> {
    let entries = sort.into_iter().filter_map(|entry| {
        Some(router::SortBy {
            key: parse_key(Some(&entry.key))?,
            order: parse(entry.order.as_deref()).unwrap_or_default(),
            kind: parse(entry.kind.as_deref()).unwrap_or_default(),
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
        filters.filter_map(|(index, filter)| build_filter(&list.index(index), &filter, report));
    built.collect()
}

fn build_filter(path: &Path, filter: &Filter, report: &mut Report<'_>) -> Option<router::Filter> {
    let kind = filter.kind.as_deref()?;
    if filter.verified.is_some() && !matches!(kind, "whitelist" | "identity") {
        report.problems.add_if_clear(
            &path.key("verified"),
            format!("not for type `{kind}`; allowed: with whitelist and identity"),
        );
    }
    let mut need = |key: &str, value: &Option<String>| {
        if value.is_none() {
            let message = missing(&format!("type `{kind}`"));
            report.problems.add_if_clear(&path.key(key), message);
        }
    };
    match kind {
        "compare" => {
            need("left", &filter.left);
            need("op", &filter.op);
            need("right", &filter.right);
            Some(router::Filter::Compare {
                left: parse_key(filter.left.as_deref())?,
                op: parse(filter.op.as_deref())?,
                right: parse_key(filter.right.as_deref())?,
            })
        }
        "whitelist" => {
            need("enabled_key", &filter.enabled_key);
            need("list_key", &filter.list_key);
            Some(router::Filter::Whitelist {
                enabled_key: parse_key(filter.enabled_key.as_deref())?,
                list_key: parse_key(filter.list_key.as_deref())?,
                subject: parse(filter.subject.as_deref()).unwrap_or_default(),
                verified: filter.verified.unwrap_or(false),
            })
        }
        "identity" => Some(router::Filter::Identity {
            verified: filter.verified.unwrap_or(true),
        }),
        _ => {
            need("key", &filter.key);
            Some(router::Filter::GameStartNotPast {
                key: parse_key(filter.key.as_deref())?,
            })
        }
    }
}

pub(super) fn parse_key(text: Option<&str>) -> Option<router::BackendKey> {
    parse(text.map(str::trim))
}

/// The schema check lets no text through that does not parse.
pub(super) fn parse<T: FromStr>(text: Option<&str>) -> Option<T> {
    text?.parse().ok()
}
