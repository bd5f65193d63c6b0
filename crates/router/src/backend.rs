//! Backends.

use std::{collections::BTreeMap, fmt};

/// One game server that a player can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backend {
    /// Host name or IP address, 1 to 256 bytes. In pools of routes it may have [captures](crate::HostTemplate).
    pub host: String,
    /// UDP port, not 0.
    pub port: u16,
    /// Share of the players under [`Strategy::Weighted`](crate::Strategy::Weighted), relative to the other backends.
    pub weight: u32,
    /// Facts about the backend that filters, sorting and strategies read by [`BackendKey`](crate::BackendKey).
    pub meta: BTreeMap<String, String>,
    /// `true` if the backend gets no new players, so that it empties.
    pub drained: bool,
}

impl Backend {
    /// Creates a backend of weight 1 without facts.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            weight: 1,
            ..Self::default()
        }
    }
}

/// Writes `host:port`, with an IPv6 address in brackets.
impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Address(&self.host, self.port).fmt(f)
    }
}

/// Host and port of a backend. Written as `host:port`, with an IPv6 address in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'h>(pub &'h str, pub u16);

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(host, port) = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Backend;

    #[test]
    fn displays_as_an_address() {
        for (host, shown) in [
            ("play.example.com", "play.example.com:5520"),
            ("10.0.0.1", "10.0.0.1:5520"),
            ("2001:db8::1", "[2001:db8::1]:5520"),
        ] {
            let backend = Backend {
                host: host.to_owned(),
                port: 5520,
                ..Backend::default()
            };
            assert_eq!(backend.to_string(), shown);
        }
    }
}
