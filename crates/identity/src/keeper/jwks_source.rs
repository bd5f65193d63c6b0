//! Parsed source of keys.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use hyrouter_http_client::{MAX_URL, ServiceUrl, ServiceUrlError, UrlRules};

/// Source of keys: `https://...`, `http://...` of this machine, or the path of a file.
///
/// ```
/// use hyrouter_identity::JwksSource;
///
/// let source = JwksSource::parse("https://sessions.hytale.com/.well-known/jwks.json")?;
/// assert!(matches!(source, JwksSource::Url(_)));
/// assert!(matches!(JwksSource::parse("dev/identity/jwks.json")?, JwksSource::File(_)));
/// assert_eq!(
///     JwksSource::parse("http://sessions.hytale.com/").unwrap_err().to_string(),
///     "\"http://sessions.hytale.com/\" would send keys in the clear over a network; use https://; a source of keys is \
///      https://host[:port]/path, http://... of this machine (localhost or a loopback address), or the path of a file"
/// );
/// # Ok::<(), hyrouter_identity::SourceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwksSource {
    /// Service. [`parse`](Self::parse) allows `http://` for this machine only.
    Url(ServiceUrl),
    /// File. It is read as often as a URL is fetched, and compared by content, so that the symbolic links that
    /// Kubernetes swaps are followed.
    File(PathBuf),
}

impl JwksSource {
    /// Reads a source without opening it.
    ///
    /// # Errors
    /// The text is not a source. The error holds the text and the problem.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        if text.contains("://") {
            url(text)
        } else {
            file(text)
        }
    }
}

impl FromStr for JwksSource {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for JwksSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => url.fmt(f),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// A text is not a source of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} {problem}; a source of keys is https://host[:port]/path, http://... of this machine (localhost or a \
     loopback address), or the path of a file"
)]
pub struct SourceError {
    text: String,
    problem: String,
}

fn url(text: &str) -> Result<JwksSource, SourceError> {
    let rules = UrlRules {
        secret: Some("keys"),
        ..UrlRules::default()
    };
    match ServiceUrl::parse(text, rules) {
        Ok(url) => Ok(JwksSource::Url(url)),
        Err(ServiceUrlError { url, problem, .. }) => Err(SourceError {
            text: url,
            problem: problem.to_string(),
        }),
    }
}

fn file(text: &str) -> Result<JwksSource, SourceError> {
    let wrong = |problem: &str| SourceError {
        text: text.chars().take(MAX_URL).collect(),
        problem: problem.to_owned(),
    };
    if text.is_empty() {
        return Err(wrong("is empty"));
    }
    if text.contains('\0') {
        return Err(wrong("has a zero byte in its path"));
    }
    Ok(JwksSource::File(text.into()))
}

#[cfg(test)]
mod tests;
