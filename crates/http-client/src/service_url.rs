//! The address of a service, checked.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use rustls::pki_types::ServerName;

/// Longest address in bytes. It stands in logs and on status pages.
pub const MAX_URL: usize = 2048;

/// `https://host[:port]/path`, or `http://`. It is not looked up.
///
/// Displayed and debugged it is without its query, which may hold a key. All of it is in [`uri`](Self::uri).
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceUrl(Uri);

/// Why a text is no address: the end of a sentence that the text begins. Nothing of the text is said here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.problem())]
#[non_exhaustive]
pub enum ServiceUrlError {
    /// There is no `://` in it.
    NoScheme,
    /// It is neither `https` nor `http`.
    UnknownScheme,
    /// It has more than [`MAX_URL`] bytes.
    TooLong,
    /// There is an `@` before the host.
    WithUser,
    /// There is a `#` in it.
    WithFragment,
    /// There is a `?` or `#` in it, and a path is added to it.
    NoBase,
    /// It can not be read.
    NoUrl,
    /// The host is neither a name nor an IP address.
    NoHost,
    /// There is a colon behind the host, but no number from 1 to 65535.
    NoPort,
}

impl ServiceUrl {
    /// Reads an address, with a query or without.
    pub fn parse(text: &str) -> Result<Self, ServiceUrlError> {
        let rest = after_scheme(text)?;
        if rest.contains('#') {
            return Err(ServiceUrlError::WithFragment);
        }
        read(text, authority(rest))
    }

    /// Reads an address and adds a path to it, which begins with a slash.
    pub fn parse_base(text: &str, path: &str) -> Result<Self, ServiceUrlError> {
        let rest = after_scheme(text)?;
        if rest.contains(['?', '#']) {
            return Err(ServiceUrlError::NoBase);
        }
        let whole = format!("{}{path}", text.trim_end_matches('/'));
        read(&whole, authority(rest))
    }

    /// What a request is sent to, with the query: not for messages.
    pub fn uri(&self) -> &Uri {
        &self.0
    }

    /// Whether TLS is spoken.
    pub fn is_https(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }

    /// Whether what is sent can be read on a network: without TLS, to another machine than this whatever a name server
    /// says.
    pub fn is_in_the_clear(&self) -> bool {
        let host = host(&self.0);
        let is_loopback = host.eq_ignore_ascii_case("localhost")
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        !self.is_https() && !is_loopback
    }

    /// Scheme and host, for logs. A path or query may hold a key.
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
    /// The same as is displayed.
    pub const fn problem(self) -> &'static str {
        match self {
            Self::NoScheme => "has no scheme",
            Self::UnknownScheme => "begins with a scheme that is not known",
            Self::TooLong => "is longer than 2048 bytes",
            Self::WithUser => "has a user name or password, which is not sent",
            Self::WithFragment => "has a fragment, which is not sent",
            Self::NoBase => "has a query or fragment, and the path is added at its end",
            Self::NoUrl => "is no URL",
            Self::NoHost => "has a host that is neither a name nor an IP address",
            Self::NoPort => "has a port that is not a number from 1 to 65535",
        }
    }

    /// As much of the text as may be said with this error: at most [`MAX_URL`] characters, without user, password,
    /// query and fragment.
    pub fn shown(self, text: &str) -> String {
        hyrouter_text::shown_address(text)
            .chars()
            .take(MAX_URL)
            .collect()
    }
}

/// What follows `://` in a text that can be looked at further.
fn after_scheme(text: &str) -> Result<&str, ServiceUrlError> {
    let (scheme, rest) = text.split_once("://").ok_or(ServiceUrlError::NoScheme)?;
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

/// Host and port.
fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn read(text: &str, authority: &str) -> Result<ServiceUrl, ServiceUrlError> {
    let uri: Uri = text.parse().map_err(|_| ServiceUrlError::NoUrl)?;
    if ServerName::try_from(host(&uri)).is_err() {
        return Err(ServiceUrlError::NoHost);
    }
    let has_port = authority
        .strip_suffix(uri.host().unwrap_or_default())
        .is_none();
    if has_port && uri.port_u16().is_none_or(|port| port == 0) {
        return Err(ServiceUrlError::NoPort);
    }
    Ok(ServiceUrl(uri))
}

/// The host, without the brackets around an address of IPv6.
fn host(uri: &Uri) -> &str {
    let host = uri.host().unwrap_or_default();
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests;
