//! The URL of a service, checked.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use rustls::pki_types::ServerName;

/// Maximum length of a URL in bytes. URLs are shown in logs and on status pages.
pub const MAX_URL: usize = 2048;

/// `https://host[:port]/path`, or `http://`. The host is not resolved.
///
/// `Display` and `Debug` leave out the query, which may contain a key. [`uri`](Self::uri) has all of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceUrl(Uri);

/// Reason why a text is not a URL of a service: the end of a sentence after the text. Contains nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.problem())]
#[non_exhaustive]
pub enum ServiceUrlError {
    /// The text has no `://`.
    MissingScheme,
    /// The scheme is neither `https` nor `http`.
    UnknownScheme,
    /// The URL has more than [`MAX_URL`] bytes.
    TooLong,
    /// There is an `@` before the host.
    WithUser,
    /// The URL has a fragment (`#`).
    WithFragment,
    /// The URL has a `?` or `#`, and a path is added to it.
    NotABase,
    /// The text is not a URI.
    Malformed,
    /// The host is neither a name nor an IP address.
    InvalidHost,
    /// There is a colon behind the host, but no number from 1 to 65535.
    InvalidPort,
}

impl ServiceUrl {
    /// Parses a URL, with a query or without.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a URL that a request can be sent to as it is.
    pub fn parse(text: &str) -> Result<Self, ServiceUrlError> {
        let rest = after_scheme(text)?;
        if rest.contains('#') {
            return Err(ServiceUrlError::WithFragment);
        }
        read(text, authority(rest))
    }

    /// Parses a URL and appends a path, which begins with a slash.
    ///
    /// # Errors
    ///
    /// Fails like [`parse`](Self::parse), and if the text has a query.
    pub fn parse_base(text: &str, path: &str) -> Result<Self, ServiceUrlError> {
        let rest = after_scheme(text)?;
        if rest.contains(['?', '#']) {
            return Err(ServiceUrlError::NotABase);
        }
        let whole = format!("{}{path}", text.trim_end_matches('/'));
        read(&whole, authority(rest))
    }

    /// Returns the target of a request, with the query. Do not show it in messages.
    pub fn uri(&self) -> &Uri {
        &self.0
    }

    /// Returns whether TLS is used.
    pub fn is_https(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }

    /// Returns whether a request can be read on a network: no TLS, and the host is neither `localhost` nor a loopback
    /// address.
    pub fn is_in_the_clear(&self) -> bool {
        let host = host(&self.0);
        let is_loopback = host.eq_ignore_ascii_case("localhost")
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        !self.is_https() && !is_loopback
    }

    /// Returns scheme, host and port, for logs. Path and query may contain a key.
    pub fn origin(&self) -> String {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let authority = self.0.authority();
        let authority = authority.map_or("", http::uri::Authority::as_str);
        format!("{scheme}://{authority}")
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.0.path())
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceUrl({self})")
    }
}

impl ServiceUrlError {
    /// Returns the same text as `Display`.
    pub const fn problem(self) -> &'static str {
        match self {
            Self::MissingScheme => "has no scheme",
            Self::UnknownScheme => "begins with a scheme that is not known",
            Self::TooLong => "is longer than 2048 bytes",
            Self::WithUser => "has a user name or password, which is not sent",
            Self::WithFragment => "has a fragment, which is not sent",
            Self::NotABase => "has a query or fragment, and the path is added at its end",
            Self::Malformed => "is no URL",
            Self::InvalidHost => "has a host that is neither a name nor an IP address",
            Self::InvalidPort => "has a port that is not a number from 1 to 65535",
        }
    }

    /// Returns the part of the text that a message with this error may quote: at most [`MAX_URL`] characters, without user,
    /// password, query and fragment.
    pub fn shown(self, text: &str) -> String {
        hyrouter_text::shown_address(text)
            .chars()
            .take(MAX_URL)
            .collect()
    }
}

/// Returns what follows `://`.
fn after_scheme(text: &str) -> Result<&str, ServiceUrlError> {
    let (scheme, rest) = text
        .split_once("://")
        .ok_or(ServiceUrlError::MissingScheme)?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(ServiceUrlError::UnknownScheme);
    }
    if text.len() > MAX_URL {
        return Err(ServiceUrlError::TooLong);
    }
    if authority(rest).contains('@') {
        return Err(ServiceUrlError::WithUser);
    }
    Ok(rest)
}

/// Returns host and port.
fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn read(text: &str, authority: &str) -> Result<ServiceUrl, ServiceUrlError> {
    let uri: Uri = text.parse().map_err(|_| ServiceUrlError::Malformed)?;
    if ServerName::try_from(host(&uri)).is_err() {
        return Err(ServiceUrlError::InvalidHost);
    }
    let has_port = authority
        .strip_suffix(uri.host().unwrap_or_default())
        .is_none();
    if has_port && uri.port_u16().is_none_or(|port| port == 0) {
        return Err(ServiceUrlError::InvalidPort);
    }
    Ok(ServiceUrl(uri))
}

/// Returns the host without the brackets of an IPv6 address.
fn host(uri: &Uri) -> &str {
    let host = uri.host().unwrap_or_default();
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests;
