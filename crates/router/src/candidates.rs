//! The backends that a strategy picks from.

use std::ops::Range;

use crate::pool::PoolEntry;

/// The candidates in their order: the compiled list itself, or the part of it that passes for the player.
#[derive(Debug)]
pub(crate) enum Candidates<'r> {
    All(&'r [PoolEntry]),
    Some(Vec<&'r PoolEntry>),
}

impl<'r> Candidates<'r> {
    pub(crate) const fn len(&self) -> usize {
        match self {
            Self::All(entries) => entries.len(),
            Self::Some(entries) => entries.len(),
        }
    }

    pub(crate) fn get(&self, at: usize) -> Option<&'r PoolEntry> {
        match self {
            Self::All(entries) => entries.get(at),
            Self::Some(entries) => entries.get(at).copied(),
        }
    }

    pub(crate) fn iter(&self) -> Iter<'_, 'r> {
        Iter {
            candidates: self,
            range: 0..self.len(),
        }
    }
}

pub(crate) struct Iter<'c, 'r> {
    candidates: &'c Candidates<'r>,
    range: Range<usize>,
}

impl<'r> Iterator for Iter<'_, 'r> {
    type Item = &'r PoolEntry;

    fn next(&mut self) -> Option<&'r PoolEntry> {
        self.candidates.get(self.range.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_, '_> {}
