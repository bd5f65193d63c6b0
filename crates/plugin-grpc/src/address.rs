//! Address of a plugin, as a text.

mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Address of a plugin: `host:port`, `http://host[:port]`, `https://host[:port]` or `unix:PATH`. Before `host:port`,
/// the prefixes `dns:` and `passthrough:` of gRPC's libraries are accepted, and change nothing.
///
/// An IPv6 address is in brackets. A path may be relative (`unix:run/bans.sock`) and may be written as in a URL
/// (`unix:///run/bans.sock`).
///
/// ```
/// use hyrouter_plugin_grpc::PluginAddress;
///
/// assert_eq!(PluginAddress::parse("unix:///run/bans.sock")?.to_string(), "unix:/run/bans.sock");
/// assert_eq!(
///     PluginAddress::parse("bans").unwrap_err().to_string(),
///     "\"bans\" has no port; an address is host:port, http://host[:port], https://host[:port] or unix:PATH"
/// );
/// # Ok::<(), hyrouter_plugin_grpc::PluginAddressError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginAddress(AddressKind);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AddressKind {
    Tcp(HostPort, Scheme),
    Unix(PathBuf),
}

/// A host without brackets, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPort {
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// Scheme of an address, which determines TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// No scheme: TLS as configured.
    None,
    Http,
    Https,
}

impl Scheme {
    fn default_port(self) -> Option<u16> {
        match self {
            Self::None => None,
            Self::Http => Some(80),
            Self::Https => Some(443),
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Http => "http://",
            Self::Https => "https://",
        }
    }
}

impl PluginAddress {
    /// Parses an address. Does not look up its host.
    ///
    /// # Errors
    ///
    /// The text has none of the forms; the error has the text and the problem.
    pub fn parse(text: &str) -> Result<Self, PluginAddressError> {
        parse::parse(text)
            .map(Self)
            .map_err(|problem| PluginAddressError {
                text: hyrouter_text::shown_address(text),
                problem,
            })
    }

    pub(crate) fn kind(&self) -> &AddressKind {
        &self.0
    }
}

impl FromStr for PluginAddress {
    type Err = PluginAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for PluginAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            AddressKind::Tcp(host_port, scheme) => write!(f, "{}{host_port}", scheme.prefix()),
            AddressKind::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A text is not an address. The error leaves out parts of the text that may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} {problem}; an address is host:port, http://host[:port], https://host[:port] or unix:PATH"
)]
pub struct PluginAddressError {
    text: String,
    problem: &'static str,
}
