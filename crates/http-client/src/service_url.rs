//! The URL of a service, checked.

use std::fmt;

use http::Uri;
use rustls_pki_types::ServerName;
use url::{Host, ParseError, Position, Url};

/// Maximum length of a URL in bytes. URLs are shown in logs and on status pages.
pub const MAX_URL: usize = 2048;

/// `https://host[:port]/path`, or `http://`. The host is not resolved.
///
/// `Display` and `Debug` leave out the query, which may contain a key. [`uri`](Self::uri) has all of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceUrl {
    url: Url,
    /// The same URL as hyper's type.
    uri: Uri,
}

/// Rules for a URL of a service. By default a URL may have a path and a query, with or without TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UrlRules {
    /// Path that is added at the end; begins with a slash. The URL cannot have a query then.
    pub path: Option<&'static str>,
    /// Content of requests or responses that must not be read on a network, such as `the token`: `http://` is allowed for
    /// `localhost` and loopback addresses only.
    pub secret: Option<&'static str>,
    /// Setting that replaces a user name and a password, which no URL may have. Errors name it.
    pub credentials: Option<&'static str>,
}

/// Reason why a text is not a URL of a service. `Display` has both fields.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} {problem}")]
#[non_exhaustive]
pub struct ServiceUrlError {
    /// The text: at most [`MAX_URL`] characters, without user, password, query and fragment.
    pub url: String,
    /// Problem with it.
    pub problem: UrlProblem,
}

/// Problem with a URL: the end of a sentence after the URL. Contains nothing of the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlProblem {
    /// The text has no `://`.
    #[error("has no scheme")]
    MissingScheme,
    /// The scheme is neither `https` nor `http`.
    #[error("has an unknown scheme")]
    UnknownScheme,
    /// The URL has more than [`MAX_URL`] bytes, as it is written or as it is sent.
    #[error("is longer than {MAX_URL} bytes")]
    TooLong,
    /// There is an `@` before the host.
    #[error("has a user name or password, which is not sent{}", instead(*.0))]
    WithUser(Option<&'static str>),
    /// The URL has a fragment (`#`).
    #[error("has a fragment, which is not sent")]
    WithFragment,
    /// The URL has a `?` or `#`, and a path is added to it.
    #[error("has a query or fragment, and the path is added at its end")]
    NotABase,
    /// The text is not a URL.
    #[error("is not a URL")]
    Malformed,
    /// There is no host.
    #[error("has no host")]
    MissingHost,
    /// The host is neither a name nor an IP address.
    #[error("has a host that is neither a name nor an IP address")]
    InvalidHost,
    /// There is a colon behind the host, but no number from 1 to 65535.
    #[error("has a port that is not a number from 1 to 65535")]
    InvalidPort,
    /// The URL would send a secret without encryption over a network.
    #[error("would send {0} in the clear over a network; use https://")]
    InTheClear(&'static str),
}

impl ServiceUrl {
    /// Parses a URL.
    ///
    /// # Errors
    ///
    /// Fails if a request cannot be sent to the URL as it is, or if a rule is broken.
    pub fn parse(text: &str, rules: UrlRules) -> Result<Self, ServiceUrlError> {
        read(text, rules).map_err(|problem| ServiceUrlError {
            url: hyrouter_text::shown_address(text)
                .chars()
                .take(MAX_URL)
                .collect(),
            problem,
        })
    }

    /// Returns the target of a request, with the query. Do not show it in messages.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns whether TLS is used.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Returns scheme, host and port, for logs. Path and query may contain a key.
    pub fn origin(&self) -> &str {
        &self.url[..Position::BeforePath]
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url[..Position::AfterPath])
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceUrl({self})")
    }
}

fn read(text: &str, rules: UrlRules) -> Result<ServiceUrl, UrlProblem> {
    let (scheme, rest) = text.split_once("://").ok_or(UrlProblem::MissingScheme)?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(UrlProblem::UnknownScheme);
    }
    if text.len() > MAX_URL {
        return Err(UrlProblem::TooLong);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Checked first, so that no password is taken for a host or a port and printed.
    if authority.contains('@') {
        return Err(UrlProblem::WithUser(rules.credentials));
    }
    // `Url` drops line ends and tabs, takes a backslash for a slash, skips further slashes, and takes an empty port for
    // none.
    let is_foul = |byte| byte <= b' ' || byte == b'\\' || byte == 0x7f;
    if text.bytes().any(is_foul) {
        return Err(UrlProblem::Malformed);
    }
    if authority.is_empty() {
        return Err(UrlProblem::MissingHost);
    }
    if authority.ends_with(':') {
        return Err(UrlProblem::InvalidPort);
    }
    let mut url = Url::parse(text).map_err(|error| match error {
        ParseError::EmptyHost => UrlProblem::MissingHost,
        ParseError::InvalidPort => UrlProblem::InvalidPort,
        _ => UrlProblem::InvalidHost,
    })?;
    check(&url, rules)?;
    if let Some(path) = rules.path {
        let whole = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&whole);
    }
    // Escapes and the added path make it longer than the text.
    if url.as_str().len() > MAX_URL {
        return Err(UrlProblem::TooLong);
    }
    let uri = url.as_str().parse().map_err(|_| UrlProblem::Malformed)?;
    Ok(ServiceUrl { url, uri })
}

fn check(url: &Url, rules: UrlRules) -> Result<(), UrlProblem> {
    if rules.path.is_some() && (url.query().is_some() || url.fragment().is_some()) {
        return Err(UrlProblem::NotABase);
    }
    if url.fragment().is_some() {
        return Err(UrlProblem::WithFragment);
    }
    if url.port() == Some(0) {
        return Err(UrlProblem::InvalidPort);
    }
    let is_loopback = match url.host().ok_or(UrlProblem::MissingHost)? {
        Host::Domain(name) if ServerName::try_from(name).is_err() => {
            return Err(UrlProblem::InvalidHost);
        }
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    match rules.secret {
        Some(secret) if url.scheme() == "http" && !is_loopback => {
            Err(UrlProblem::InTheClear(secret))
        }
        _ => Ok(()),
    }
}

fn instead(credentials: Option<&str>) -> String {
    credentials.map_or_else(String::new, |setting| format!("; set {setting} instead"))
}

#[cfg(test)]
mod tests;
