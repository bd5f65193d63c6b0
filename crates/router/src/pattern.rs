//! Patterns that a route's host names are matched with.

use std::{borrow::Cow, fmt, str::FromStr, sync::Arc};

use crate::NameProblem;
use crate::glob::{self, Glob, GlobError, GlobToken};
use crate::host_name::{check_tokens, wire_pattern};

/// Longest host name that is looked up, in bytes without the trailing dot; a longer one matches no pattern.
///
/// RFC 1035 section 2.3.4 allows 255. The bound keeps a peer from making the search expensive.
pub const MAX_HOST_LEN: usize = 255;

/// A pattern for host names, in the language of Go's `path.Match`:
///
/// | part | matches |
/// |---|---|
/// | `*` | any run of characters other than `/`, also none; dots are ordinary characters |
/// | `?` | one character other than `/` |
/// | `[a-z]`, `[^x]` | one character of the class, or outside of it |
/// | `\c` | the character `c` itself |
/// | anything else | itself |
///
/// The case of ASCII letters does not count, and one trailing dot is ignored in the pattern (escaped or not) and in the
/// host. The empty pattern matches the empty host, which stands for a client that sent no name. Of all patterns of a
/// [`Router`](crate::Router) it is the only one that takes such a client, although `*` matches the empty text.
///
/// ```
/// use hyrouter_router::HostPattern;
///
/// let pattern: HostPattern = "*.Example.com".parse()?;
/// assert!(pattern.matches("eu.play.example.com."));
/// assert!(!pattern.matches("example.com"));
/// # Ok::<(), hyrouter_router::PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPattern {
    text: Box<str>,
    /// The pattern of the names on the wire, where the text is in Unicode.
    wire: Option<Box<str>>,
    shape: Shape,
}

/// Patterns sorted by how a host that matches can be found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// This host and no other.
    Exact(Arc<str>),
    /// `*.` and literal text: the text, without the dot that it follows.
    Suffix(Arc<str>),
    /// `*`
    Any,
    Glob(Glob),
}

/// A host pattern is malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed host pattern {pattern:?} at byte {at}: {why}")]
pub struct PatternError {
    /// The pattern as given.
    pub pattern: String,
    /// Byte offset of the mistake.
    pub at: usize,
    /// What is wrong there.
    pub why: &'static str,
}

/// A text is not a pattern of host names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostPatternError {
    /// It is malformed.
    #[error(transparent)]
    Malformed(#[from] PatternError),
    /// It matches no host name that a client can send.
    #[error("no client can send such a host name: {0}")]
    NoName(NameProblem),
}

impl HostPattern {
    /// Reads a pattern for the host names that clients send. Labels in Unicode match in the form that they have on the
    /// wire, `xn--...` (see [`wire_name`](crate::wire_name)). [`FromStr`] reads patterns for any text.
    ///
    /// # Errors
    ///
    /// The pattern is malformed, or matches nothing that a client can send: an IP address, a name with a port.
    ///
    /// ```
    /// use hyrouter_router::HostPattern;
    ///
    /// let pattern = HostPattern::of_names("*.münchen.example.com")?;
    /// assert!(pattern.matches("eu.xn--mnchen-3ya.example.com"));
    /// assert!(HostPattern::of_names("play.example.com:5520").is_err());
    /// # Ok::<(), hyrouter_router::HostPatternError>(())
    /// ```
    pub fn of_names(text: &str) -> Result<Self, HostPatternError> {
        // Malformed first, so that the offset is one of the text.
        let written: Self = text.parse()?;
        let wire = match wire_pattern(text).map_err(HostPatternError::NoName)? {
            Cow::Borrowed(_) => None,
            Cow::Owned(wire) => Some(wire),
        };
        let pattern = match wire {
            None => written,
            Some(wire) => Self {
                text: text.into(),
                wire: Some(wire.as_str().into()),
                shape: wire.parse::<Self>()?.shape,
            },
        };
        check_tokens(&pattern.shape.tokens()).map_err(HostPatternError::NoName)?;
        Ok(pattern)
    }

    /// The pattern of the names on the wire, if the pattern was written in Unicode.
    pub fn wire(&self) -> Option<&str> {
        self.wire.as_deref()
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the host matches, by itself and without any index.
    pub fn matches(&self, host: &str) -> bool {
        normalise(host).is_some_and(|host| self.shape.matches(&host))
    }

    /// How many `*` the pattern has; `**` is one.
    pub fn runs(&self) -> usize {
        match &self.shape {
            Shape::Exact(_) => 0,
            Shape::Suffix(_) | Shape::Any => 1,
            Shape::Glob(glob) => glob.runs(),
        }
    }

    /// What each `*` takes of the host, in lower case and without a trailing dot; none when the host does not match.
    ///
    /// Each takes as little as it can, the first before the second, so that the last takes what is left.
    ///
    /// ```
    /// use hyrouter_router::HostPattern;
    ///
    /// let pattern: HostPattern = "*-*.example.com".parse()?;
    /// let taken = pattern.captures("A-b-c.example.com").unwrap();
    /// assert_eq!(taken, ["a", "b-c"]);
    /// # Ok::<(), hyrouter_router::PatternError>(())
    /// ```
    pub fn captures(&self, host: &str) -> Option<Vec<String>> {
        let host = normalise(host)?;
        let taken = self.shape.captures(&host)?;
        Some(taken.into_iter().map(str::to_owned).collect())
    }

    /// Whether the pattern is the empty one, which stands for clients that sent no name.
    pub fn is_empty(&self) -> bool {
        matches!(&self.shape, Shape::Exact(name) if name.is_empty())
    }

    pub(crate) const fn shape(&self) -> &Shape {
        &self.shape
    }
}

impl FromStr for HostPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let tokens = glob::parse(text).map_err(|GlobError { at, why }| PatternError {
            pattern: text.to_owned(),
            at,
            why,
        })?;
        Ok(Self {
            text: text.into(),
            wire: None,
            shape: Shape::new(tokens),
        })
    }
}

/// As it was written, and in parentheses as it is on the wire if that differs.
impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.wire {
            Some(wire) => write!(f, " ({wire})"),
            None => Ok(()),
        }
    }
}

impl Shape {
    fn new(mut tokens: Vec<GlobToken>) -> Self {
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

    /// What the shape was made of, without a trailing dot.
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

    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => **name == *host,
            Self::Suffix(text) => before(host, text).is_some(),
            Self::Any => !host.contains('/'),
            Self::Glob(glob) => glob.matches(host),
        }
    }

    fn captures<'h>(&self, host: &'h str) -> Option<Vec<&'h str>> {
        match self {
            Self::Exact(_) => self.matches(host).then(Vec::new),
            Self::Suffix(text) => before(host, text).map(|run| vec![run]),
            Self::Any => self.matches(host).then(|| vec![host]),
            Self::Glob(glob) => glob.captures(host),
        }
    }
}

/// What the run of `*.suffix` takes.
fn before<'h>(host: &'h str, suffix: &str) -> Option<&'h str> {
    let run = host.strip_suffix(suffix)?.strip_suffix('.')?;
    (!run.contains('/')).then_some(run)
}

/// The text of tokens that are all literal.
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

/// A host as patterns see it: lower case, without one trailing dot; nothing when it is longer than [`MAX_HOST_LEN`].
pub(crate) fn normalise(host: &str) -> Option<Cow<'_, str>> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.len() > MAX_HOST_LEN {
        return None;
    }
    // A server name from TLS is lower case already.
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(Cow::Owned(host.to_ascii_lowercase()));
    }
    Some(Cow::Borrowed(host))
}

#[cfg(test)]
mod tests;
