use std::time::SystemTime;

/// Time span in which a key is valid. By default it has no bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// First moment at which the key is valid. `None`: no bound.
    pub not_before: Option<SystemTime>,
    /// First moment at which the key is no longer valid. `None`: no bound.
    pub not_after: Option<SystemTime>,
}

impl Validity {
    /// Returns whether the key is valid at this moment.
    pub fn contains(&self, now: SystemTime) -> bool {
        self.not_before.is_none_or(|first| first <= now)
            && self.not_after.is_none_or(|end| now < end)
    }

    /// Returns the key to seal with: among the keys that are valid now, the one that became valid last; among keys that
    /// became valid together, the first. A key without `not_before` became valid before all others.
    pub fn newest<K>(keys: &[K], of: impl Fn(&K) -> Self, now: SystemTime) -> Option<&K> {
        let valid = keys.iter().filter(|key| of(key).contains(now));
        valid.reduce(|best, key| {
            if of(key).not_before > of(best).not_before {
                key
            } else {
                best
            }
        })
    }
}
