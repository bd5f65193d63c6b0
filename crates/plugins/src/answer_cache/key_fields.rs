use std::fmt;

use hyrouter_plugin_api::CacheField;

/// Set of the fields that a cached answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyFields(u32);

impl KeyFields {
    pub(crate) fn insert(&mut self, field: CacheField) {
        self.0 |= bit(field);
    }

    /// Returns whether the field is in the set.
    pub fn contains(self, field: CacheField) -> bool {
        self.0 & bit(field) != 0
    }

    /// Returns the fields in the order of [`CacheField::ALL`].
    pub fn iter(self) -> impl Iterator<Item = CacheField> {
        let all = CacheField::ALL.into_iter();
        all.filter(move |field| self.contains(*field))
    }

    /// Returns whether the answer is the same for every player.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Returns a number that no other set has.
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

fn bit(field: CacheField) -> u32 {
    1 << field as u32
}

/// Writes the names, as in `uuid, host`.
impl fmt::Display for KeyFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, field) in self.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{field}")?;
        }
        Ok(())
    }
}
