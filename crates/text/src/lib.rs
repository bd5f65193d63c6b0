//! Shows text from other sources without control characters and at a bounded length.
//!
//! Names, hosts, messages and files come from clients, plugins and operators. Printed raw, a line break forges a log
//! line, an escape sequence moves the cursor of a terminal, and a direction override shows a name backwards.
//!
//! ```
//! use hyrouter_text::shown;
//!
//! assert_eq!(shown("a\nINFO decision").to_string(), r"a\nINFO decision");
//! assert_eq!(shown("\u{202e}gnp.exe").to_string(), r"\u{202e}gnp.exe");
//! assert_eq!(shown("Grüße, 世界").to_string(), "Grüße, 世界");
//! assert_eq!(shown("x".repeat(9)).within(4).to_string(), "xxxx…");
//! ```
//!
//! [`Causes`] shows an error with its causes in one text.

mod causes;

use std::fmt::{self, Display, Formatter, Write};

pub use self::causes::Causes;

/// Maximum length of a [`shown`] text in bytes, unless [`Shown::within`] or [`Shown::whole`] changes it.
pub const MAX_LEN: usize = 1024;

/// Wraps a value whose text comes from another source.
pub const fn shown<T>(value: T) -> Shown<T> {
    Shown {
        value,
        max: MAX_LEN,
        keeps_lines: false,
    }
}

/// A value that is shown with its control characters escaped, at most [`MAX_LEN`] bytes of it, on one line.
///
/// A text that is longer is cut between characters and ends with `…`. Backslashes stay as they are: the escapes are for
/// readers, and are not undone.
#[derive(Clone, Copy)]
pub struct Shown<T> {
    value: T,
    max: usize,
    keeps_lines: bool,
}

impl<T> Shown<T> {
    /// Sets the maximum length in bytes.
    #[must_use]
    pub const fn within(mut self, max: usize) -> Self {
        self.max = max;
        self
    }

    /// Removes the maximum length, for text whose length is bounded elsewhere.
    #[must_use]
    pub const fn whole(self) -> Self {
        self.within(usize::MAX)
    }

    /// Keeps line feeds and tabs, for text that is laid out by them and whose foreign parts were escaped before.
    #[must_use]
    pub const fn in_lines(mut self) -> Self {
        self.keeps_lines = true;
        self
    }
}

impl<T: Display> Display for Shown<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut escaping = Escaping {
            out: f,
            left: self.max,
            keeps_lines: self.keeps_lines,
            is_cut: false,
        };
        let written = write!(escaping, "{}", self.value);
        if escaping.is_cut {
            f.write_char('…')
        } else {
            written
        }
    }
}

/// The same as its `Display`, so that no way of formatting shows the raw text.
impl<T: Display> fmt::Debug for Shown<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// Returns JSON text with every character that [`must_be_escaped`] as `\uXXXX`.
///
/// Serializers escape C0 alone. In valid JSON the others are parts of strings, so that the result means the same.
pub fn shown_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        // Line feeds are layout here: inside a string they are escaped already.
        if character == '\n' || !must_be_escaped(character) {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string never fails.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

/// Returns the text of an address without what may be a secret in it: user, password, query and fragment.
///
/// The text may be malformed. If a password cannot be distinguished from a query, only the scheme is left. A path
/// is kept. Control characters stay as they are: this is for a message that is [`shown`] or printed with `{:?}`.
///
/// ```
/// use hyrouter_text::shown_address;
///
/// assert_eq!(shown_address("https://u:hunter2@keys.example/k?key=hunter2"), "https://keys.example/k");
/// assert_eq!(shown_address("https://u:hunter?2@keys.example/k"), "https://...");
/// ```
pub fn shown_address(text: &str) -> String {
    let is_in_scheme =
        |character: char| character.is_ascii_alphanumeric() || "+-.".contains(character);
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(is_in_scheme) => (format!("{scheme}://"), rest),
        _ => (String::new(), text),
    };
    let (head, tail) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    if tail.contains('@') {
        return scheme + "...";
    }
    let (_, host) = head.rsplit_once('@').unwrap_or(("", head));
    scheme + host
}

/// Returns whether a character moves a cursor, ends a line, or hides or reorders text: control characters of C0 and C1,
/// line and paragraph separators, invisible characters, and characters that change the direction of writing.
pub const fn must_be_escaped(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

struct Escaping<'a, 'f> {
    out: &'a mut Formatter<'f>,
    /// Bytes that may still be written.
    left: usize,
    keeps_lines: bool,
    is_cut: bool,
}

impl Escaping<'_, '_> {
    fn put(&mut self, text: &str) -> fmt::Result {
        let Some(left) = self.left.checked_sub(text.len()) else {
            self.is_cut = true;
            return Err(fmt::Error);
        };
        self.left = left;
        self.out.write_str(text)
    }
}

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let keeps_lines = self.keeps_lines;
        let is_foul = |character| {
            must_be_escaped(character) && !(keeps_lines && matches!(character, '\n' | '\t'))
        };
        if text.len() <= self.left && !text.contains(is_foul) {
            return self.put(text);
        }
        let mut buffer = [0; 4];
        for character in text.chars() {
            if is_foul(character) {
                self.put(&character.escape_default().to_string())?;
            } else {
                self.put(character.encode_utf8(&mut buffer))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
