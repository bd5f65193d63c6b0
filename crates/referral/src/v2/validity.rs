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
}
