use std::time::SystemTime;

/// When a key may be used. Without bounds, as by default, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// The first moment. Absent: valid since ever.
    pub not_before: Option<SystemTime>,
    /// The first moment at which it is over. Absent: it never is.
    pub not_after: Option<SystemTime>,
}

impl Validity {
    /// Whether the key may be used at this moment.
    pub fn contains(&self, now: SystemTime) -> bool {
        self.not_before.is_none_or(|first| first <= now)
            && self.not_after.is_none_or(|end| now < end)
    }

    /// Of several keys the one to seal with: of those that are valid now the one whose validity began last, and of those
    /// that began together the first. A key without a beginning began before all others.
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
