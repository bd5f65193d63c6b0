//! Differences between the sections of two configurations.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use serde_json::Value;

/// A hash of the value of each top-level key, defaults and environment included. Hashes, because values may be secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sections(BTreeMap<String, u64>);

impl Sections {
    pub(crate) fn of(config: &Value) -> Self {
        let hasher = BuildHasherDefault::<DefaultHasher>::new();
        let keys = config.as_object().into_iter().flatten();
        Self(
            keys.map(|(key, value)| (key.clone(), hasher.hash_one(value.to_string())))
                .collect(),
        )
    }

    /// Returns the top-level keys whose values differ.
    pub fn changed_from(&self, before: &Self) -> Vec<String> {
        let keys = self.0.keys().chain(before.0.keys());
        let mut changed: Vec<_> = keys
            .filter(|key| self.0.get(*key) != before.0.get(*key))
            .cloned()
            .collect();
        changed.sort_unstable();
        changed.dedup();
        changed
    }
}

/// Leaves out the hashes: a short secret could be guessed from them.
impl fmt::Debug for Sections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sections").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Sections;

    #[test]
    fn what_differs_is_named_once() {
        let before = Sections::of(&json!({"a": 1, "b": {"c": [1]}, "gone": 1}));
        let now = Sections::of(&json!({"a": 1, "b": {"c": [2]}, "new": 1}));
        assert_eq!(now.changed_from(&before), ["b", "gone", "new"]);
        assert!(now.changed_from(&now).is_empty());
    }
}
