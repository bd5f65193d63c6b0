use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenAddr {
    /// The address to bind.
    pub addr: SocketAddr,
    /// `true` if the address is `[::]` and includes IPv4: bind it with `IPV6_V6ONLY` off, or `0.0.0.0` instead if the
    /// system has no IPv6.
    pub dual_stack: bool,
}

/// Writes the address in the form of a configuration: all interfaces of both families are `:5520`.
impl fmt::Display for ListenAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dual_stack {
            write!(f, ":{}", self.addr.port())
        } else {
            self.addr.fmt(f)
        }
    }
}

/// Default address: the port of the game on all interfaces.
pub(crate) const DEFAULT: ListenAddr = ListenAddr {
    addr: SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 5520),
    dual_stack: true,
};

/// Parses `host:port`. The host is an IP address (IPv6 in brackets), `localhost` or empty; an empty host and `[::]` are
/// all interfaces of both families, as in Go's `net.ListenUDP`, while `0.0.0.0` is IPv4 only.
pub(crate) fn parse(text: &str) -> Option<ListenAddr> {
    let (host, port) = text.rsplit_once(':')?;
    // `u16` would take a plus sign.
    let port = port
        .parse()
        .ok()
        .filter(|_| port.bytes().all(|b| b.is_ascii_digit()))?;
    let ip: IpAddr = match host {
        "" => Ipv6Addr::UNSPECIFIED.into(),
        host if host.eq_ignore_ascii_case("localhost") => Ipv4Addr::LOCALHOST.into(),
        host if host.starts_with('[') => return text.parse().ok().map(listen_on),
        host => host.parse::<Ipv4Addr>().ok()?.into(),
    };
    Some(listen_on(SocketAddr::new(ip, port)))
}

fn listen_on(addr: SocketAddr) -> ListenAddr {
    let dual_stack = addr.ip() == Ipv6Addr::UNSPECIFIED;
    ListenAddr { addr, dual_stack }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let cases = [
            (":5520", "[::]:5520", true),
            ("[::]:5520", "[::]:5520", true),
            ("0.0.0.0:5520", "0.0.0.0:5520", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
            ("localhost:5520", "127.0.0.1:5520", false),
            ("LocalHost:1", "127.0.0.1:1", false),
            ("[::1]:65535", "[::1]:65535", false),
            ("[2001:db8::7]:5520", "[2001:db8::7]:5520", false),
        ];
        for (text, addr, dual_stack) in cases {
            let addr = addr.parse().unwrap();
            assert_eq!(parse(text), Some(ListenAddr { addr, dual_stack }), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let cases = [
            "",
            "5520",
            ":",
            "127.0.0.1",
            "127.0.0.1:",
            ":65536",
            ":-1",
            ":+1",
            "::1:5520",
            "[::1]",
            "[::1:5520",
            "example.com:5520",
            ":http",
            " :5520",
            "[127.0.0.1]:1",
        ];
        for text in cases {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
