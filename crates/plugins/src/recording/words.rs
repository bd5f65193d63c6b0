//! Private values inside texts.

use std::fmt::Write as _;

/// Number of characters from which a value is replaced inside of words too. Shorter ones occur by chance in any text.
const DISTINCT: usize = 4;

/// A private value and its pseudonym.
#[derive(Debug)]
pub(super) struct Replacement {
    original: Vec<char>,
    pseudonym: String,
}

/// Replacements of one call, longest first.
#[derive(Debug, Default)]
pub(super) struct Replacements(Vec<Replacement>);

impl Replacements {
    /// Adds a value, also as JSON writers escape it that write ASCII only.
    pub(super) fn add(&mut self, original: &str, pseudonym: &str) {
        let mut escaped = String::new();
        for c in original.chars() {
            if c.is_ascii() {
                escaped.push(c);
            } else {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    // Writing to a `String` cannot fail.
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
        for original in [original, &escaped] {
            let original: Vec<_> = original.chars().collect();
            let is_known = self.0.iter().any(|known| known.original == original);
            if !original.is_empty() && !is_known {
                self.0.push(Replacement {
                    original,
                    pseudonym: pseudonym.to_owned(),
                });
            }
        }
        self.0
            .sort_by_key(|known| std::cmp::Reverse(known.original.len()));
    }

    /// Replaces all values in a text, in any case. Short values are replaced as whole words only.
    pub(super) fn apply(&self, text: &str) -> String {
        let chars: Vec<_> = text.chars().collect();
        let mut replaced = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = chars.get(at) {
            let before = at.checked_sub(1).and_then(|at| chars.get(at));
            let rest = chars.get(at..).unwrap_or_default();
            if let Some(known) = self.0.iter().find(|known| known.starts(rest, before)) {
                replaced.push_str(&known.pseudonym);
                at += known.original.len();
            } else {
                replaced.push(*c);
                at += 1;
            }
        }
        replaced
    }
}

impl Replacement {
    fn starts(&self, rest: &[char], before: Option<&char>) -> bool {
        let Some(found) = rest.get(..self.original.len()) else {
            return false;
        };
        let mut pairs = self.original.iter().zip(found);
        if !pairs.all(|(a, b)| a == b || a.to_lowercase().eq(b.to_lowercase())) {
            return false;
        }
        let is_inside = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
        self.original.len() >= DISTINCT
            || !is_inside(before) && !is_inside(rest.get(self.original.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::Replacements;

    #[test]
    fn values_are_replaced_in_any_case_and_short_ones_as_words() {
        let mut replacements = Replacements::default();
        replacements.add("Alder", "player-1");
        replacements.add("Al", "player-2");
        replacements.add("Änne", "player-3");
        for (text, expected) in [
            ("Alder, you are banned", "player-1, you are banned"),
            ("ALDERS Konto", "player-1S Konto"),
            ("Al and Also", "player-2 and Also"),
            ("änne", "player-3"),
            (r#"{"name":"\u00C4nne"}"#, r#"{"name":"player-3"}"#),
            ("", ""),
            ("A", "A"),
        ] {
            assert_eq!(replacements.apply(text), expected);
        }
    }
}
