//! Counters.

use std::sync::atomic::{AtomicU64, Ordering};

/// Number of events since the process started.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts once more.
    pub fn inc(&self) {
        self.add(1);
    }

    /// Counts so many times more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// Returns the count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts by a fixed set of codes, such as the values of an enum. A code outside of the set is counted under `other`, so
/// that no input can make a new label.
#[derive(Debug)]
pub struct Codes<C: 'static = &'static str> {
    known: &'static [C],
    as_str: fn(C) -> &'static str,
    counts: Box<[Counter]>,
    other: Counter,
}

impl Codes {
    /// Label of codes outside of the set.
    pub const OTHER: &'static str = "other";

    /// Returns counters at zero for a set of texts.
    pub fn of(known: &'static [&'static str]) -> Self {
        Self::new(known, |code| code)
    }
}

impl<C: Copy + PartialEq> Codes<C> {
    /// Returns counters at zero for a set of codes and their labels.
    pub fn new(known: &'static [C], as_str: fn(C) -> &'static str) -> Self {
        Self {
            known,
            as_str,
            counts: known.iter().map(|_| Counter::default()).collect(),
            other: Counter::default(),
        }
    }

    /// Counts a code once more.
    pub fn inc(&self, code: C) {
        self.find(code).unwrap_or(&self.other).inc();
    }

    /// Returns how often a code was counted; 0 for one outside of the set.
    pub fn get(&self, code: C) -> u64 {
        self.find(code).map_or(0, Counter::get)
    }

    fn find(&self, code: C) -> Option<&Counter> {
        let place = self.known.iter().position(|known| *known == code);
        place.and_then(|place| self.counts.get(place))
    }

    /// Returns all labels with their counts; `other` last, and only if it is not zero.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let known = self.known.iter().map(|code| (self.as_str)(*code));
        let other = Some((Codes::OTHER, self.other.get()));
        known
            .zip(self.counts.iter().map(Counter::get))
            .chain(other.filter(|(_, count)| *count > 0))
    }

    /// Returns the labels that were counted, with their counts.
    pub fn seen(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.iter().filter(|(_, count)| *count > 0)
    }

    /// Returns the sum of all counts.
    pub fn total(&self) -> u64 {
        self.iter().map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_outside_of_the_set_make_no_label_of_their_own() {
        let codes = Codes::of(&["a", "b"]);
        assert_eq!(codes.iter().collect::<Vec<_>>(), [("a", 0), ("b", 0)]);
        codes.inc("b");
        codes.inc("whatever");
        codes.inc("else");
        assert_eq!(codes.seen().collect::<Vec<_>>(), [("b", 1), ("other", 2)]);
        assert_eq!(codes.total(), 3);
        assert_eq!(
            (codes.get("b"), codes.get("a"), codes.get("else")),
            (1, 0, 0)
        );
    }
}
