//! Values of a record that become text only when a sink writes them.

use std::error::Error;
use std::fmt;

use serde::{Serialize, Serializer};

/// Backend that a player was sent to. Shown as `host:port`, an IPv6 address in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackendAddress<'a> {
    /// DNS name or IP address.
    pub host: &'a str,
    /// UDP port.
    pub port: u16,
}

impl fmt::Display for BackendAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

impl Serialize for BackendAddress<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An error, shown as its text.
#[derive(Debug, Clone, Copy)]
pub struct ErrorText<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for ErrorText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)
    }
}

impl Serialize for ErrorText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
