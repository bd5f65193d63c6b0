//! The reader of glob patterns.

use std::{iter::Peekable, str::CharIndices};

use super::{Class, GlobToken};

/// A malformed pattern.
#[derive(Debug)]
pub(crate) struct GlobError {
    /// Offset of the mistake in bytes.
    pub(crate) at: usize,
    pub(crate) why: &'static str,
}

/// Reads a pattern. ASCII letters become lower case, because hosts are compared in lower case.
pub(crate) fn parse(pattern: &str) -> Result<Vec<GlobToken>, GlobError> {
    let mut parser = Parser {
        rest: pattern.char_indices().peekable(),
    };
    let mut tokens = Vec::new();
    while let Some((at, c)) = parser.rest.next() {
        tokens.push(match c {
            '*' if tokens.last() == Some(&GlobToken::Run) => continue,
            '*' => GlobToken::Run,
            '?' => GlobToken::One,
            '[' => GlobToken::Class(Box::new(parser.class(at)?)),
            '\\' => GlobToken::Literal(parser.escaped(at)?),
            literal => GlobToken::Literal(literal.to_ascii_lowercase()),
        });
    }
    Ok(tokens)
}

struct Parser<'p> {
    rest: Peekable<CharIndices<'p>>,
}

impl Parser<'_> {
    fn class(&mut self, open: usize) -> Result<Class, GlobError> {
        let negated = self.eat('^');
        let mut ranges = Vec::new();
        while ranges.is_empty() || !self.eat(']') {
            let low = self.member(open)?;
            let high = if self.eat('-') {
                self.member(open)?
            } else {
                low
            };
            ranges.push((low, high));
        }
        Ok(Class {
            negated,
            ranges: ranges.into(),
        })
    }

    fn member(&mut self, open: usize) -> Result<char, GlobError> {
        match self.rest.next() {
            None => Err(GlobError {
                at: open,
                why: "the class that opens here is not closed by ']'",
            }),
            Some((at, ']' | '-')) => Err(GlobError {
                at,
                why: "a class needs a character here; write '\\' before a literal ']' or '-'",
            }),
            Some((at, '\\')) => self.escaped(at),
            Some((_, c)) => Ok(c.to_ascii_lowercase()),
        }
    }

    fn escaped(&mut self, at: usize) -> Result<char, GlobError> {
        let (_, c) = self.rest.next().ok_or(GlobError {
            at,
            why: "a '\\' at the end escapes nothing",
        })?;
        Ok(c.to_ascii_lowercase())
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.rest.next_if(|&(_, c)| c == wanted).is_some()
    }
}
