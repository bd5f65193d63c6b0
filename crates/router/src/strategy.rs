//! Picks one candidate.

use rand::{Rng, RngExt};

use crate::{
    PoolPolicy, candidates::Candidates, named::named, number::Number, pool::PoolEntry, trace::Trace,
};

/// The way in which one of the candidates is picked.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Strategy {
    /// Picks the candidates in turn, counted per route.
    #[default]
    RoundRobin,
    /// Picks each candidate with the same chance.
    Random,
    /// Picks each candidate with a chance in proportion to its weight. A weight of 0 counts as 1.
    Weighted,
    /// Picks the candidate with the smallest value of the policy's key. Candidates without a value count only when no
    /// candidate has one. Equal candidates have the same chance.
    LeastLoaded,
    /// Draws a few candidates and picks the smallest of them, as [`LeastLoaded`](Self::LeastLoaded) does ("power of
    /// two choices"). Routers that share outdated figures do not all pick the same backend.
    P2c,
}

named!(Strategy {
    RoundRobin => "round_robin",
    Random => "random",
    Weighted => "weighted",
    LeastLoaded => "least_loaded",
    P2c => "p2c",
});

impl Strategy {
    /// Returns whether the strategy compares the number that [`PoolPolicy::key`] names, and therefore needs a key.
    pub const fn needs_key(self) -> bool {
        matches!(self, Self::LeastLoaded | Self::P2c)
    }
}

/// Returns the place of the picked candidate and the candidate; none only when there is no candidate.
///
/// Only round robin calls `turn`.
pub(crate) fn pick<'r>(
    policy: &PoolPolicy,
    candidates: &Candidates<'r>,
    turn: impl FnOnce() -> usize,
    rng: &mut impl Rng,
    trace: &mut impl Trace,
) -> Option<(usize, &'r PoolEntry)> {
    let count = candidates.len();
    if count == 0 {
        return None;
    }
    let at = match policy.strategy {
        Strategy::RoundRobin => {
            let turn = turn();
            trace.turn(turn);
            turn % count
        }
        Strategy::Random => rng.random_range(0..count),
        Strategy::Weighted => weighted(candidates, rng, trace)?,
        Strategy::LeastLoaded => lowest(candidates, count, rng, trace)?,
        Strategy::P2c => lowest(candidates, policy.sample_size(), rng, trace)?,
    };
    Some((at, candidates.get(at)?))
}

fn weighted(
    candidates: &Candidates<'_>,
    rng: &mut impl Rng,
    trace: &mut impl Trace,
) -> Option<usize> {
    let weights = || candidates.iter().map(PoolEntry::weight);
    let total: u64 = weights().sum();
    trace.total_weight(total);
    let mut point = rng.random_range(0..total);
    weights().position(|weight| match point.checked_sub(weight) {
        Some(beyond) => {
            point = beyond;
            false
        }
        None => true,
    })
}

fn lowest<R: Rng>(
    candidates: &Candidates<'_>,
    sample: usize,
    rng: &mut R,
    trace: &mut impl Trace,
) -> Option<usize> {
    let mut lowest = Lowest::default();
    draw(candidates.len(), sample, rng, |at, rng| {
        trace.compared(at);
        lowest.offer(at, candidates.get(at).and_then(|entry| entry.load), rng);
    });
    lowest.at
}

/// The lowest load among the candidates compared.
#[derive(Default)]
struct Lowest {
    at: Option<usize>,
    load: Option<Number>,
    /// Number of candidates with this load, the held one included.
    equals: usize,
}

impl Lowest {
    /// The n-th of equal candidates replaces the held one with a chance of 1 in n, so that each is equally likely
    /// (reservoir sampling).
    fn offer(&mut self, at: usize, load: Option<Number>, rng: &mut impl Rng) {
        // False sorts before true: a load that is missing is above all others.
        let rank = |load: Option<Number>| (load.is_none(), load);
        if self.at.is_none() || rank(load) < rank(self.load) {
            *self = Self {
                at: Some(at),
                load,
                equals: 1,
            };
        } else if load == self.load {
            self.equals += 1;
            if rng.random_range(0..self.equals) == 0 {
                self.at = Some(at);
            }
        }
    }
}

/// Largest sample that is drawn without visiting every candidate. It bounds an array on the stack and the search in it.
const SMALL_SAMPLE: usize = 8;

/// Visits `sample` distinct numbers below `count`. Each set of numbers has the same chance. Does not allocate.
fn draw<R: Rng>(count: usize, sample: usize, rng: &mut R, mut visit: impl FnMut(usize, &mut R)) {
    if sample >= count {
        return (0..count).for_each(|at| visit(at, rng));
    }
    if sample > SMALL_SAMPLE {
        // Knuth's algorithm S: each number is taken with the chance that fills the sample exactly.
        let mut missing = sample;
        for at in 0..count {
            if rng.random_range(0..count - at) < missing {
                missing -= 1;
                visit(at, rng);
            }
        }
        return;
    }
    // Floyd's algorithm: one random number per draw, from a range that grows by one. A repeated number stands for the
    // new end of the range.
    let mut drawn = [0; SMALL_SAMPLE];
    for (slots, end) in (count - sample..count).enumerate() {
        let number = rng.random_range(0..=end);
        let repeated = drawn.iter().take(slots).any(|earlier| *earlier == number);
        let number = if repeated { end } else { number };
        if let Some(slot) = drawn.get_mut(slots) {
            *slot = number;
        }
        visit(number, rng);
    }
}

#[cfg(test)]
mod tests;
