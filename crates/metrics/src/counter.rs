//! What only grows.

use std::sync::atomic::{AtomicU64, Ordering};

/// How often something happened since the process started.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Once more.
    pub fn inc(&self) {
        self.add(1);
    }

    /// So many times more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// How often so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts by a fixed set of codes. What is not of the set is counted under `other`, so that nothing from outside can make
/// a new label.
#[derive(Debug)]
pub struct Codes {
    known: Box<[&'static str]>,
    counts: Box<[Counter]>,
    other: Counter,
}

impl Codes {
    /// The label of what is not of the set.
    pub const OTHER: &'static str = "other";

    /// All at zero.
    pub fn new(codes: impl IntoIterator<Item = &'static str>) -> Self {
        let known: Box<[_]> = codes.into_iter().collect();
        Self {
            counts: known.iter().map(|_| Counter::default()).collect(),
            known,
            other: Counter::default(),
        }
    }

    /// One more of this code.
    pub fn inc(&self, code: &str) {
        let place = self.known.iter().position(|known| *known == code);
        let count = place.and_then(|place| self.counts.get(place));
        count.unwrap_or(&self.other).inc();
    }

    /// How often this code came so far; 0 for what is not of the set.
    pub fn get(&self, code: &str) -> u64 {
        let place = self.known.iter().position(|known| *known == code);
        let count = place.and_then(|place| self.counts.get(place));
        count.map_or(0, Counter::get)
    }

    /// All codes with their counts, `other` last and only when there is one.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let other = Some((Self::OTHER, self.other.get()));
        let known = self.known.iter().copied();
        known
            .zip(self.counts.iter().map(Counter::get))
            .chain(other.filter(|(_, count)| *count > 0))
    }

    /// Codes that happened, with how often.
    pub fn seen(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.iter().filter(|(_, count)| *count > 0)
    }

    /// Of all codes together.
    pub fn total(&self) -> u64 {
        self.iter().map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_outside_of_the_set_make_no_label_of_their_own() {
        let codes = Codes::new(["a", "b"]);
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
