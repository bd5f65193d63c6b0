use std::fmt::{self, Display};

use hyrouter_text::shown;

/// Maximum length of each text of a difference in bytes. An answer can have a megabyte.
const MAX_TEXT: usize = 400;

/// A difference between what a check expects and what the plugin did. Its texts are on one line each, escaped, and at
/// most 400 bytes long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    place: String,
    expected: String,
    got: String,
}

impl Difference {
    pub(crate) fn new(place: impl Display, expected: impl Display, got: impl Display) -> Self {
        Self {
            place: cut(place),
            expected: cut(expected),
            got: cut(got),
        }
    }

    /// Puts the name of a call in front of the place.
    pub(crate) fn at(mut self, call: &str) -> Self {
        if !call.is_empty() {
            self.place = cut(format_args!("{call}: {}", self.place));
        }
        self
    }

    /// Returns the place: the call, and the path of the field.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns the expected value.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Returns the value that the plugin gave.
    pub fn got(&self) -> &str {
        &self.got
    }
}

impl Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            expected,
            got,
        } = self;
        write!(f, "{place}: expected {expected}, got {got}")
    }
}

fn cut(text: impl Display) -> String {
    shown(text).within(MAX_TEXT).to_string()
}
