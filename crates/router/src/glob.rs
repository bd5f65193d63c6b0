//! The wildcard language of host patterns: Go's `path.Match`.

use std::{
    iter::Peekable,
    str::{CharIndices, Chars},
    sync::Arc,
};

/// A parsed pattern, lower case; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Glob(Arc<[GlobToken]>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum GlobToken {
    Literal(char),
    /// `?`: one character other than `/`.
    One,
    /// `*`: any run of characters other than `/`, the empty one too. Never twice in a row.
    Run,
    Class(Box<Class>),
}

/// `[a-z]` or `[^a-z]`. As in Go, a class may match `/`, and a range from high to low matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Class {
    negated: bool,
    ranges: Box<[(char, char)]>,
}

/// A malformed pattern.
#[derive(Debug)]
pub(crate) struct GlobError {
    /// Byte offset of the mistake.
    pub(crate) at: usize,
    pub(crate) why: &'static str,
}

impl Glob {
    pub(crate) fn new(tokens: Vec<GlobToken>) -> Self {
        Self(tokens.into())
    }

    pub(crate) fn tokens(&self) -> &[GlobToken] {
        &self.0
    }

    /// Whether the whole of `host` matches, letter for letter.
    pub(crate) fn matches(&self, host: &str) -> bool {
        self.walk(host, |_, _, _| ())
    }

    /// What each run takes of `host`; none when it does not match.
    pub(crate) fn captures<'h>(&self, host: &'h str) -> Option<Vec<&'h str>> {
        let mut taken = vec![""; self.runs()];
        let took = |run, from, to| {
            if let (Some(slot), Some(text)) = (taken.get_mut(run), host.get(from..to)) {
                *slot = text;
            }
        };
        self.walk(host, took).then_some(taken)
    }

    /// How many runs there are.
    pub(crate) fn runs(&self) -> usize {
        self.0
            .iter()
            .filter(|token| **token == GlobToken::Run)
            .count()
    }

    /// Matches, and tells by the number of a run from where to where it takes bytes. What is told last of a run counts;
    /// one of which nothing is told takes nothing.
    ///
    /// Each run takes as little as it can, the first before the second, so that the last takes what is left.
    ///
    /// A mismatch only ever lengthens the last run, so the work is at most pattern times host. The earlier runs need no
    /// second try: where a later part was found at all, the leftmost place leaves most to what follows. (With a class
    /// that takes a `/` they might; Go does not try either.)
    fn walk(&self, host: &str, mut took: impl FnMut(usize, usize, usize)) -> bool {
        let mut tokens = &*self.0;
        let mut rest = host.chars();
        let mut last_run: Option<OpenRun<'_, '_>> = None;
        let offset = |rest: &Chars<'_>| host.len() - rest.as_str().len();
        loop {
            match tokens.split_first() {
                Some((GlobToken::Run, after)) => {
                    let number = last_run.map_or(0, |run| run.number + 1);
                    let from = offset(&rest);
                    last_run = Some(OpenRun {
                        number,
                        from,
                        after,
                        rest: rest.clone(),
                    });
                    tokens = after;
                    continue;
                }
                Some((token, after)) => {
                    let mut ahead = rest.clone();
                    let Some(next) = ahead.next() else {
                        // Too short already; a longer run leaves still less.
                        return false;
                    };
                    if token.matches(next) {
                        (tokens, rest) = (after, ahead);
                        continue;
                    }
                }
                None if rest.as_str().is_empty() => return true,
                None => {}
            }
            let Some(run) = &mut last_run else {
                return false;
            };
            if run.rest.next().is_none_or(|taken| taken == '/') {
                return false;
            }
            took(run.number, run.from, offset(&run.rest));
            (tokens, rest) = (run.after, run.rest.clone());
        }
    }
}

/// The run that a mismatch lengthens.
struct OpenRun<'g, 'h> {
    /// Its place among the runs, from 0.
    number: usize,
    /// The byte where it begins.
    from: usize,
    /// The tokens after it.
    after: &'g [GlobToken],
    /// What it has not taken of the host.
    rest: Chars<'h>,
}

impl GlobToken {
    pub(crate) fn matches(&self, c: char) -> bool {
        match self {
            Self::Literal(literal) => *literal == c,
            Self::One | Self::Run => c != '/',
            Self::Class(class) => {
                class
                    .ranges
                    .iter()
                    .any(|&(low, high)| low <= c && c <= high)
                    != class.negated
            }
        }
    }
}

/// Reads a pattern; ASCII letters become lower case, so a host in lower case is matched whatever the case.
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
