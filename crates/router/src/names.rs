//! The index of backends by the host names in their own patterns.

use std::{collections::HashMap, sync::Arc};

use crate::{
    Filter, PoolPolicy,
    filter::NamePatterns,
    hosts::suffixes,
    pattern::{Shape, normalise},
    pool::PoolEntry,
};

/// Finds the entries of a step that the filter `hostname` can pass for a host. Entries are numbered in their order.
///
/// Exact names cost one hash lookup and suffixes one per dot of the host, whatever their number. Entries with other
/// patterns are found for every host; their filter is checked one by one.
#[derive(Debug, Default)]
pub(crate) struct NameIndex {
    exact: HashMap<Arc<str>, Vec<usize>>,
    suffixes: HashMap<Arc<str>, Vec<usize>>,
    others: Vec<usize>,
}

impl NameIndex {
    /// Creates the index of entries that passed the filters of this policy as far as they need no player. None without
    /// a filter `hostname`.
    pub(crate) fn compile(policy: &PoolPolicy, entries: &[PoolEntry]) -> Option<Self> {
        let is_by_name = |filter: &Filter| matches!(filter, Filter::Hostname { .. });
        if !policy.filters.iter().any(is_by_name) {
            return None;
        }
        let mut index = Self::default();
        for (place, entry) in entries.iter().enumerate() {
            for shape in entry.names().map_or(&[][..], NamePatterns::shapes) {
                index.places(shape).push(place);
            }
        }
        Some(index)
    }

    fn places(&mut self, shape: &Shape) -> &mut Vec<usize> {
        match shape {
            Shape::Exact(name) => self.exact.entry(Arc::clone(name)).or_default(),
            Shape::Suffix(text) => self.suffixes.entry(Arc::clone(text)).or_default(),
            Shape::Any | Shape::Glob(_) => &mut self.others,
        }
    }

    /// Returns the entries that may pass, in their order.
    pub(crate) fn find(&self, host: &str) -> Vec<usize> {
        let Some(host) = normalise(host).filter(|host| !host.is_empty()) else {
            return Vec::new();
        };
        let exact = self.exact.get(&*host);
        let by_suffix = suffixes(&host).filter_map(|suffix| self.suffixes.get(suffix));
        let mut found: Vec<usize> = exact
            .into_iter()
            .chain(by_suffix)
            .chain([&self.others])
            .flatten()
            .copied()
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
