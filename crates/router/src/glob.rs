//! The wildcard language of host patterns: Go's `path.Match`.

mod parse;

use std::{str::Chars, sync::Arc};

pub(crate) use self::parse::{GlobError, parse};

/// A parsed pattern in lower case; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Glob(Arc<[GlobToken]>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum GlobToken {
    Literal(char),
    /// `?`: one character other than `/`.
    One,
    /// `*`: any run of characters other than `/`, including none. Never twice in a row.
    Run,
    Class(Box<Class>),
}

/// `[a-z]` or `[^a-z]`. As in Go, a class may match `/`, and a range from high to low matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Class {
    negated: bool,
    ranges: Box<[(char, char)]>,
}

impl Glob {
    pub(crate) fn new(tokens: Vec<GlobToken>) -> Self {
        Self(tokens.into())
    }

    pub(crate) fn tokens(&self) -> &[GlobToken] {
        &self.0
    }

    /// Returns whether the whole host matches, case-sensitively.
    pub(crate) fn matches(&self, host: &str) -> bool {
        self.walk(host, |_, _, _| ())
    }

    /// Returns the text that each run matches; none when the host does not match.
    pub(crate) fn captures<'h>(&self, host: &'h str) -> Option<Vec<&'h str>> {
        let mut taken = vec![""; self.runs()];
        let took = |run, from, to| {
            if let (Some(slot), Some(text)) = (taken.get_mut(run), host.get(from..to)) {
                *slot = text;
            }
        };
        self.walk(host, took).then_some(taken)
    }

    /// Returns the number of runs.
    pub(crate) fn runs(&self) -> usize {
        self.0
            .iter()
            .filter(|token| **token == GlobToken::Run)
            .count()
    }

    /// Matches the host. Calls `took` with the number of a run and the range of bytes that it matches. The last call
    /// for a run counts; a run without a call matches nothing.
    ///
    /// Each run matches as little as possible, the first before the second, so the last one matches the rest.
    ///
    /// A mismatch only lengthens the last run, so the cost is at most the length of the pattern times that of the host.
    /// Earlier runs need no second attempt: the leftmost place of a later part leaves the most text to the parts after
    /// it. (With a class that matches `/` they might need one. Go does not try either.)
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
                        // The host is too short, and a longer run would leave even less of it.
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
    /// Place among the runs, from 0.
    number: usize,
    /// Offset of its first byte.
    from: usize,
    /// The tokens after it.
    after: &'g [GlobToken],
    /// The rest of the host after it.
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
