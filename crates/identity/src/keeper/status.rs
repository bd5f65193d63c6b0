//! How a keeper fares.

use std::time::SystemTime;

/// Longest text of an error in characters. Parts of it may come from a server.
const MAX_ERROR: usize = 400;

/// How a keeper fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeeperStatus {
    /// When the source last gave usable keys, whether they were new or not. None: never yet.
    pub last_success: Option<SystemTime>,
    /// What went wrong in the last try, at most 400 characters on one line. None if it was good, or there was none.
    pub last_error: Option<String>,
    /// Tries that failed since the last good one.
    pub failures: u32,
    /// The ids of the keys that tokens are verified with.
    pub key_ids: Vec<String>,
}

impl KeeperStatus {
    /// Whether the last try failed.
    pub fn is_away(&self) -> bool {
        self.last_error.is_some()
    }

    pub(super) fn succeeded(&mut self, now: SystemTime, key_ids: Vec<String>) {
        *self = Self {
            last_success: Some(now),
            last_error: None,
            failures: 0,
            key_ids,
        };
    }

    pub(super) fn failed(&mut self, error: String) {
        self.failures = self.failures.saturating_add(1);
        self.last_error = Some(error);
    }
}

/// Makes a text fit for a line of a log.
pub(super) fn line(text: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(MAX_ERROR).map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_ERROR, line};

    #[test]
    fn what_a_server_says_is_one_short_line() {
        assert_eq!(line("a\r\nb\x1b[31m\u{85}ü"), "a  b [31m ü");
        assert_eq!(line(&"ü".repeat(10_000)), "ü".repeat(MAX_ERROR));
    }
}
