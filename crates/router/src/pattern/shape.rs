//! Patterns by their kind of look-up.

use std::{borrow::Cow, sync::Arc};

use crate::glob::{Glob, GlobToken};

/// A pattern by its kind of look-up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// Exactly this host.
    Exact(Arc<str>),
    /// `*.` and literal text: the text after the dot.
    Suffix(Arc<str>),
    /// `*`
    Any,
    Glob(Glob),
}

impl Shape {
    pub(super) fn new(mut tokens: Vec<GlobToken>) -> Self {
        tokens.pop_if(|last| *last == GlobToken::Literal('.'));
        match &*tokens {
            [GlobToken::Run] => return Self::Any,
            [GlobToken::Run, GlobToken::Literal('.'), text @ ..] => {
                if let Some(text) = literal(text) {
                    return Self::Suffix(text);
                }
            }
            text => {
                if let Some(text) = literal(text) {
                    return Self::Exact(text);
                }
            }
        }
        Self::Glob(Glob::new(tokens))
    }

    /// Returns the tokens of the pattern, without a trailing dot.
    pub(crate) fn tokens(&self) -> Cow<'_, [GlobToken]> {
        let literal = |text: &str| text.chars().map(GlobToken::Literal).collect::<Vec<_>>();
        match self {
            Self::Exact(name) => Cow::Owned(literal(name)),
            Self::Suffix(text) => {
                let mut tokens = vec![GlobToken::Run, GlobToken::Literal('.')];
                tokens.extend(literal(text));
                Cow::Owned(tokens)
            }
            Self::Any => Cow::Owned(vec![GlobToken::Run]),
            Self::Glob(glob) => Cow::Borrowed(glob.tokens()),
        }
    }

    pub(crate) fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => **name == *host,
            Self::Suffix(text) => before(host, text).is_some(),
            Self::Any => !host.contains('/'),
            Self::Glob(glob) => glob.matches(host),
        }
    }

    pub(super) fn captures<'h>(&self, host: &'h str) -> Option<Vec<&'h str>> {
        match self {
            Self::Exact(_) => self.matches(host).then(Vec::new),
            Self::Suffix(text) => before(host, text).map(|run| vec![run]),
            Self::Any => self.matches(host).then(|| vec![host]),
            Self::Glob(glob) => glob.captures(host),
        }
    }
}

/// Returns the text that the run of `*.suffix` matches.
fn before<'h>(host: &'h str, suffix: &str) -> Option<&'h str> {
    let run = host.strip_suffix(suffix)?.strip_suffix('.')?;
    (!run.contains('/')).then_some(run)
}

/// Returns the text of the tokens if all of them are literal.
fn literal(tokens: &[GlobToken]) -> Option<Arc<str>> {
    let text: Option<String> = tokens
        .iter()
        .map(|token| match token {
            GlobToken::Literal(c) => Some(*c),
            _ => None,
        })
        .collect();
    text.map(Arc::from)
}
