//! Routes that no player reaches, since an earlier one matches all of their players.

use hyrouter_router::{Conditions, HostPattern, PatternCover};

use super::super::Report;
use crate::path::Path;

/// Maximum number of sets of conditions that are compared with each later route.
const MAX_SETS: usize = 64;

/// The routes so far.
#[derive(Default)]
pub(super) struct Earlier {
    sets: Vec<Set>,
}

/// The routes with the same conditions.
struct Set {
    conditions: Conditions,
    cover: PatternCover,
    /// Paths of the patterns, by their number in the cover.
    places: Vec<Path>,
    /// Route that matches every host.
    every: Option<Path>,
}

impl Earlier {
    /// Warns of the patterns of a route whose players an earlier route matches in any case.
    pub(super) fn warn(
        &self,
        route: &Path,
        patterns: &[(Path, HostPattern)],
        conditions: &Conditions,
        report: &mut Report<'_>,
    ) {
        let wider = || {
            self.sets
                .iter()
                .filter(|set| set.conditions.takes_all_of(conditions))
        };
        if patterns.is_empty() {
            if let Some(earlier) = wider().find_map(|set| set.every.as_ref()) {
                report.warn(route, message(earlier));
            }
            return;
        }
        for (at, pattern) in patterns {
            if let Some(earlier) = wider().filter_map(|set| set.first(pattern)).min() {
                report.warn(at, message(earlier));
            }
        }
    }

    pub(super) fn add(
        &mut self,
        route: &Path,
        patterns: Vec<(Path, HostPattern)>,
        conditions: Conditions,
    ) {
        let known = self
            .sets
            .iter_mut()
            .position(|set| set.conditions == conditions);
        let known = known.or_else(|| {
            let is_full = self.sets.len() >= MAX_SETS && !conditions.is_empty();
            (!is_full).then(|| {
                self.sets.push(Set {
                    conditions,
                    cover: PatternCover::default(),
                    places: Vec::new(),
                    every: None,
                });
                self.sets.len() - 1
            })
        });
        let Some(set) = known.and_then(|place| self.sets.get_mut(place)) else {
            return;
        };
        if patterns.is_empty() && !set.conditions.is_empty() {
            set.every.get_or_insert_with(|| route.clone());
        }
        for (at, pattern) in patterns {
            set.cover.add(set.places.len(), &pattern);
            set.places.push(at);
        }
    }
}

impl Set {
    fn first(&self, pattern: &HostPattern) -> Option<&Path> {
        let place = self
            .cover
            .first(pattern)
            .and_then(|number| self.places.get(number));
        place.or(self.every.as_ref())
    }
}

fn message(earlier: &Path) -> String {
    format!("never matches, since {earlier} takes all of its players first")
}
