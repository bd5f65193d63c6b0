//! The index of routes by host.

use std::{collections::HashMap, sync::Arc};

use crate::{
    HostPattern,
    glob::Glob,
    pattern::{Shape, normalise},
};

/// Finds the first route with a pattern that matches a host. Routes are numbered in the order of the specification.
///
/// Exact names cost one hash lookup and suffixes one per dot of the host, whatever their number. Only the other
/// patterns are tried one by one, and only for routes before the best match of the lookups.
#[derive(Debug, Default)]
pub(crate) struct HostIndex {
    exact: HashMap<Arc<str>, usize>,
    suffixes: HashMap<Arc<str>, usize>,
    longest_suffix: usize,
    any: Option<usize>,
    globs: Vec<(usize, Glob)>,
}

impl HostIndex {
    /// Creates the index from the patterns of the routes in their order.
    pub(crate) fn new<'p>(routes: impl Iterator<Item = &'p [HostPattern]>) -> Self {
        let mut index = Self::default();
        for (route, patterns) in routes.enumerate() {
            for pattern in patterns {
                index.insert(route, pattern.shape());
            }
        }
        index
    }

    fn insert(&mut self, route: usize, shape: &Shape) {
        // Routes come in order, so an existing entry has the smaller number and stays.
        match shape {
            Shape::Exact(name) => {
                self.exact.entry(Arc::clone(name)).or_insert(route);
            }
            Shape::Suffix(text) => {
                self.longest_suffix = self.longest_suffix.max(text.len());
                self.suffixes.entry(Arc::clone(text)).or_insert(route);
            }
            Shape::Any => {
                self.any.get_or_insert(route);
            }
            Shape::Glob(glob) => self.globs.push((route, glob.clone())),
        }
    }

    /// Returns the number of the first route with a matching pattern. A client that sent no host name matches only the
    /// empty pattern, as in the original, so that a route for `*` does not take the players of the default pool.
    pub(crate) fn find(&self, host: &str) -> Option<usize> {
        let host = &*normalise(host)?;
        if host.is_empty() {
            return self.exact.get(host).copied();
        }
        let any = self.any.filter(|_| !host.contains('/'));
        let exact = self.exact.get(host).copied();
        let best = any
            .into_iter()
            .chain(exact)
            .chain(self.suffix_hits(host))
            .min();

        let before_best = self
            .globs
            .iter()
            .take_while(|(route, _)| best.is_none_or(|best| *route < best));
        let mut hits = before_best.filter(|(_, glob)| glob.matches(host));
        hits.next().map(|(route, _)| *route).or(best)
    }

    /// Returns the routes whose suffix follows a dot of the host.
    fn suffix_hits(&self, host: &str) -> impl Iterator<Item = usize> {
        suffixes(host)
            .filter(|suffix| suffix.len() <= self.longest_suffix)
            .filter_map(|suffix| self.suffixes.get(suffix).copied())
    }
}

/// Returns the text after each dot of the host, for patterns `*.suffix`. The run of such a pattern never contains a `/`.
pub(crate) fn suffixes(host: &str) -> impl Iterator<Item = &str> {
    host.bytes()
        .enumerate()
        .take_while(|(_, byte)| *byte != b'/')
        .filter(|(_, byte)| *byte == b'.')
        .filter_map(|(dot, _)| host.get(dot + 1..))
}

#[cfg(test)]
mod tests {
    use super::HostIndex;
    use crate::HostPattern;

    fn find(patterns: &[&str], host: &str) -> Option<usize> {
        let patterns: Vec<HostPattern> =
            patterns.iter().map(|text| text.parse().unwrap()).collect();
        HostIndex::new(patterns.chunks(1)).find(host)
    }

    #[test]
    fn the_first_match_wins_for_any_mix() {
        for (patterns, host, route) in [
            (&["a.b", "*.b", "*"][..], "a.b", Some(0)),
            (&["*.b", "a.b", "*"], "a.b", Some(0)),
            (&["*", "a.b", "*.b"], "a.b", Some(0)),
            (&["?.b", "a.b"], "a.b", Some(0)),
            (&["a.b", "?.b"], "a.b", Some(0)),
            (&["x*", "*.c", "*.b.c"], "a.b.c", Some(1)),
            (&["x*", "*.b.c", "*.c"], "a.b.c", Some(1)),
            (&["x*", "*.b.c", "*.c"], "b.c", Some(2)),
            (&["a.b", "a.b"], "A.B.", Some(0)),
            (&["a.b", "*.c"], "b", None),
            (&["a", ""], "", Some(1)),
            (&["*", "**", "*."], "", None),
            (&["*", ""], "", Some(1)),
            (&["*", "/"], "/", Some(1)),
            (&["*.a"], "x/y.a", None),
            (&[], "a", None),
        ] {
            assert_eq!(find(patterns, host), route, "{patterns:?} {host:?}");
        }
    }

    #[test]
    fn a_host_that_is_too_long_finds_nothing() {
        let longest = "a".repeat(crate::MAX_HOST_LEN);
        assert_eq!(find(&["*"], &longest), Some(0));
        assert_eq!(find(&["*"], &format!("{longest}.")), Some(0));
        assert_eq!(find(&["*"], &format!("{longest}a")), None);
    }
}
