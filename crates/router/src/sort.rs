//! The order of candidates.

use std::{borrow::Cow, cmp::Reverse};

use crate::{Backend, BackendKey, named::named, number::Number};

/// A sort criterion. Sorting is stable. Backends without the value come last in both orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortBy {
    /// Key of the value.
    pub key: BackendKey,
    /// Direction.
    pub order: SortOrder,
    /// Type of the comparison.
    pub kind: SortType,
}

/// The direction of a sort criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SortOrder {
    /// Smallest value first.
    #[default]
    Asc,
    /// Largest value first.
    Desc,
}

named!(SortOrder { Asc => "asc", Desc => "desc" });

/// The type of a sort criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SortType {
    /// Compares bytes. An empty text counts as missing.
    #[default]
    String,
    /// Compares numbers. Text that is no number counts as missing.
    Number,
}

named!(SortType { String => "string", Number => "number" });

impl SortBy {
    /// Creates a criterion with the defaults: ascending, by text.
    pub fn new(key: BackendKey) -> Self {
        Self {
            key,
            order: SortOrder::default(),
            kind: SortType::default(),
        }
    }

    fn rank<'b>(&self, backend: &'b Backend) -> Rank<'b> {
        let value = match self.kind {
            // As in the original, an empty text counts as missing.
            SortType::String => self
                .key
                .value(backend)
                .filter(|text| !text.is_empty())
                .map(SortValue::Text),
            SortType::Number => self.key.number(backend).map(SortValue::Number),
        };
        match (value, self.order) {
            (None, _) => Rank::Missing,
            (Some(value), SortOrder::Asc) => Rank::Ascending(value),
            (Some(value), SortOrder::Desc) => Rank::Descending(Reverse(value)),
        }
    }
}

/// A backend's rank by one criterion. The order of the variants puts missing values last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank<'b> {
    Ascending(SortValue<'b>),
    Descending(Reverse<SortValue<'b>>),
    Missing,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortValue<'b> {
    Text(Cow<'b, str>),
    Number(Number),
}

/// Returns a backend's rank by all criteria.
pub(crate) fn ranks<'b>(sort: &[SortBy], backend: &'b Backend) -> Vec<Rank<'b>> {
    sort.iter().map(|by| by.rank(backend)).collect()
}

#[cfg(test)]
mod tests {
    use super::{SortBy, SortOrder, SortType, ranks};
    use crate::{Backend, BackendKey};

    /// Sorts backends that have these values under `v` (`-` is none) and gives their places.
    fn order(values: &[&str], sort: &[SortBy]) -> Vec<u16> {
        let mut backends: Vec<Backend> = (0..)
            .zip(values)
            .map(|(port, value)| Backend {
                port,
                weight: u32::from(port % 2),
                meta: (*value != "-")
                    .then(|| ("v".to_owned(), (*value).to_owned()))
                    .into_iter()
                    .collect(),
                ..Backend::default()
            })
            .collect();
        backends.sort_by(|a, b| ranks(sort, a).cmp(&ranks(sort, b)));
        backends.iter().map(|backend| backend.port).collect()
    }

    fn by(key: &str, order: SortOrder, kind: SortType) -> SortBy {
        SortBy {
            key: BackendKey::from(key),
            order,
            kind,
        }
    }

    #[test]
    fn every_order_and_type() {
        use {SortOrder::*, SortType::*};
        for (values, direction, kind, expected) in [
            (&["b", "a", "c"][..], Asc, String, [1, 0, 2]),
            (&["b", "a", "c"], Desc, String, [2, 0, 1]),
            (&["9", "10", "-1"], Asc, String, [2, 1, 0]),
            (&["9", "10", "-1"], Asc, Number, [2, 0, 1]),
            (&["9", "10", "-1"], Desc, Number, [1, 0, 2]),
            // Missing comes last both ways, and so does text that is no number.
            (&["-", "b", "a"], Asc, String, [2, 1, 0]),
            (&["-", "b", "a"], Desc, String, [1, 2, 0]),
            (&["x", "2", "1"], Asc, Number, [2, 1, 0]),
            (&["x", "2", "1"], Desc, Number, [1, 2, 0]),
            // An empty text counts as missing.
            (&["a", "-", ""], Asc, String, [0, 1, 2]),
            (&["", "a", "-"], Desc, String, [1, 0, 2]),
            // Stable, also among the missing and when descending.
            (&["a", "a", "a"], Desc, String, [0, 1, 2]),
            (&["-", "x", "-"], Desc, Number, [0, 1, 2]),
            (&["1", "1.0", "0e0"], Asc, Number, [2, 0, 1]),
        ] {
            assert_eq!(
                order(values, &[by("v", direction, kind)]),
                expected,
                "{values:?} {direction} {kind}"
            );
        }
    }

    #[test]
    fn a_later_criterion_decides_between_equals() {
        let sort = [
            by("weight", SortOrder::Desc, SortType::Number),
            by("v", SortOrder::Asc, SortType::String),
        ];
        assert_eq!(order(&["d", "c", "b", "a"], &sort), [3, 1, 2, 0]);
    }
}
