//! JSON log lines.

use std::borrow::Cow;
use std::io::{self, Write};

use hyrouter_text::{must_be_escaped, shown_json};
use tracing_subscriber::fmt::MakeWriter;

/// Writer of JSON lines. Escapes the characters that serializers leave raw: `DEL`, C1, and bidirectional controls.
#[derive(Debug, Clone)]
pub struct EscapedWriter<W>(W);

impl<W> EscapedWriter<W> {
    /// Creates a writer on top of `writer`.
    pub fn new(writer: W) -> Self {
        Self(writer)
    }
}

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for EscapedWriter<W> {
    type Writer = EscapedWriter<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        EscapedWriter(self.0.make_writer())
    }
}

/// Expects each line in one call of `write`, as the subscriber does.
impl<W: Write> Write for EscapedWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let is_foul = |character| character != '\n' && must_be_escaped(character);
        let text = if text.contains(is_foul) {
            Cow::Owned(shown_json(&text))
        } else {
            text
        };
        self.0.write_all(text.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::EscapedWriter;

    #[test]
    fn no_value_moves_a_cursor() {
        let mut lines = EscapedWriter(Vec::new());
        for line in ["{\"a\":\"ok\"}\n", "{\"a\":\"\u{7f}\u{9b}2J\u{202e}\"}\n"] {
            lines.write_all(line.as_bytes()).unwrap();
        }
        let written = String::from_utf8(lines.0).unwrap();
        assert_eq!(
            written,
            "{\"a\":\"ok\"}\n{\"a\":\"\\u007f\\u009b2J\\u202e\"}\n"
        );
    }
}
