//! Status of a keeper.

use std::time::SystemTime;

/// Maximum length of an error in characters. Parts of it may come from a server.
const MAX_ERROR: usize = 400;

/// Status of a [`Keeper`](crate::Keeper).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeeperStatus {
    /// Time at which the source last delivered usable keys, new or not. `None`: never.
    pub last_success: Option<SystemTime>,
    /// Error of the last fetch, at most 400 characters on one line. `None` if it was good, or there was none.
    pub last_error: Option<String>,
    /// Number of failed fetches since the last good one.
    pub failures: u32,
    /// Ids of the keys of the verifier.
    pub key_ids: Vec<String>,
}

impl KeeperStatus {
    /// Returns whether the last fetch failed.
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

/// Returns a text cut to a log line, without control characters.
pub(super) fn line(text: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(MAX_ERROR).map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_ERROR, line};

    #[test]
    fn server_text_becomes_one_short_line() {
        assert_eq!(line("a\r\nb\x1b[31m\u{85}ü"), "a  b [31m ü");
        assert_eq!(line(&"ü".repeat(10_000)), "ü".repeat(MAX_ERROR));
    }
}
