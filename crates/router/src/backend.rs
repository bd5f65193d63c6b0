//! Where a player can be sent.

use std::{collections::BTreeMap, fmt};

/// One game server that a player can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backend {
    /// Host name or IP address, 1 to 256 bytes.
    pub host: String,
    /// UDP port, not 0.
    pub port: u16,
    /// Share of the players under [`Strategy::Weighted`](crate::Strategy::Weighted), relative to the others.
    pub weight: u32,
    /// Facts about the backend that filters, sorting and strategies read by [`Key`](crate::Key).
    pub meta: BTreeMap<String, String>,
}

/// `host:port`, an IPv6 address in brackets.
impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
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
