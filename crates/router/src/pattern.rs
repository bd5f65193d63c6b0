//! Patterns of host names.

mod shape;

use std::{borrow::Cow, fmt, str::FromStr};

pub(crate) use self::shape::Shape;
use crate::NameProblem;
use crate::glob::{self, GlobError};
use crate::host_name::{check_tokens, wire_pattern};

/// Maximum length of a host name that is looked up, in bytes without the trailing dot. A longer one matches no pattern.
///
/// RFC 1035 section 2.3.4 allows 255. The limit bounds the cost of a lookup that a client can cause.
pub const MAX_HOST_LEN: usize = 255;

/// A pattern of host names, in the syntax of Go's `path.Match`:
///
/// | part | matches |
/// |---|---|
/// | `*` | any run of characters other than `/`, also none; dots are ordinary characters |
/// | `?` | one character other than `/` |
/// | `[a-z]`, `[^x]` | one character of the class, or outside of it |
/// | `\c` | the character `c` itself |
/// | anything else | itself |
///
/// ASCII letters match case-insensitively, and one trailing dot is ignored in the pattern (escaped or not) and in the
/// host. The empty pattern matches the empty host, which stands for a client that sent no host name. It is the only
/// pattern of a [`Router`](crate::Router) that takes such a client, although `*` matches the empty text.
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
    /// The pattern in the form of names on the wire, if the text is in Unicode.
    wire: Option<Box<str>>,
    shape: Shape,
}

/// The syntax error of a host pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed host pattern {pattern:?} at byte {at}: {why}")]
pub struct PatternError {
    /// The pattern as given.
    pub pattern: String,
    /// Offset of the mistake in bytes.
    pub at: usize,
    /// The mistake.
    pub why: &'static str,
}

/// The reason why a text is no pattern of host names.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostPatternError {
    /// The pattern is malformed.
    #[error(transparent)]
    Malformed(#[from] PatternError),
    /// The pattern matches no host name that a client can send.
    #[error("no client can send such a host name: {0}")]
    NoName(NameProblem),
}

impl HostPattern {
    /// Reads a pattern for the host names that clients send. Labels in Unicode match in the form that they have on the
    /// wire, `xn--...` (see [`wire_name`](crate::wire_name)). [`FromStr`] reads patterns for any text.
    ///
    /// # Errors
    /// The pattern is malformed, or matches no host name that a client can send: an IP address, a name with a port.
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

    /// Returns the pattern in the form of names on the wire, if it was written in Unicode.
    pub fn wire(&self) -> Option<&str> {
        self.wire.as_deref()
    }

    /// Returns the pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether the host matches.
    pub fn matches(&self, host: &str) -> bool {
        normalise(host).is_some_and(|host| self.shape.matches(&host))
    }

    /// Returns the number of `*` in the pattern; `**` counts as one.
    pub fn runs(&self) -> usize {
        match &self.shape {
            Shape::Exact(_) => 0,
            Shape::Suffix(_) | Shape::Any => 1,
            Shape::Glob(glob) => glob.runs(),
        }
    }

    /// Returns the text that each `*` matches, in lower case and without a trailing dot; none when the host does not
    /// match.
    ///
    /// Each `*` matches as little text as possible, the first before the second, so the last one matches the rest.
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

    /// Returns whether the pattern is the empty one, which stands for clients that sent no host name.
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

/// Writes the pattern as written, followed by its form on the wire in parentheses if that differs.
impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.wire {
            Some(wire) => write!(f, " ({wire})"),
            None => Ok(()),
        }
    }
}

/// Returns a host as patterns compare it: in lower case, without one trailing dot. None when it is longer than
/// [`MAX_HOST_LEN`].
pub(crate) fn normalise(host: &str) -> Option<Cow<'_, str>> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.len() > MAX_HOST_LEN {
        return None;
    }
    // Server names from TLS are in lower case already, so the usual lookup does not allocate.
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(Cow::Owned(host.to_ascii_lowercase()));
    }
    Some(Cow::Borrowed(host))
}

#[cfg(test)]
mod tests;
