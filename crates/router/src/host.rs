//! What can be the host of a backend.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Maximum length of a label of a host name in bytes (RFC 1035 section 2.3.4).
pub(crate) const MAX_LABEL: usize = 63;

/// Maximum length of a host name in bytes, without the trailing dot (RFC 1035 section 3.1).
pub const MAX_NAME_LEN: usize = 253;

/// Why a text is not the host of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostProblem {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// It is longer than a host name can be.
    #[error("it has {len} bytes, at most {MAX_NAME_LEN} are allowed")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Host names do not have this character.
    #[error("it has the character {:?}, allowed are ASCII letters, digits, `-`, `_` and `.`", .found)]
    Character {
        /// The character.
        found: char,
    },
    /// Two dots in a row, or a dot at the start.
    #[error("there is nothing before or between its dots")]
    EmptyLabel,
    /// A part between two dots is longer than a resolver takes.
    #[error("a part between its dots has {len} bytes, at most {MAX_LABEL} are allowed")]
    LongLabel {
        /// Its length in bytes.
        len: usize,
    },
    /// A part between two dots begins or ends with a hyphen.
    #[error("a part between its dots begins or ends with `-`")]
    Hyphen,
    /// It has only numbers and is not an IPv4 address of four decimal numbers. Resolvers read such texts differently:
    /// `127.1`, `010.0.0.7`, `0x7f000001`.
    #[error(
        "it is an IPv4 address, but not four decimal numbers from 0 to 255 without leading zeros"
    )]
    Numeric,
    /// An address that is not that of one machine: `0.0.0.0`, `::`, multicast or broadcast.
    #[error("it is an address that no machine has")]
    NoMachine,
}

/// Checks the host of a backend: an IPv4 address, an IPv6 address (in brackets or not, with a zone or not), or a host
/// name of ASCII as resolvers take it, with underscores, and with a trailing dot or not.
///
/// It is the one check for hosts of the configuration, of plugins and of discovery. Hosts with captures are
/// [templates](crate::HostTemplate), which check what they become.
///
/// ```
/// use hyrouter_router::{HostProblem, check_host};
///
/// assert_eq!(check_host("lobby-1.example.com"), Ok(()));
/// assert_eq!(check_host("2001:db8::7"), Ok(()));
/// assert_eq!(check_host("010.0.0.7"), Err(HostProblem::Numeric));
/// assert_eq!(check_host("a\nb"), Err(HostProblem::Character { found: '\n' }));
/// ```
pub fn check_host(host: &str) -> Result<(), HostProblem> {
    if let Some(address) = address(host) {
        return if is_of_a_machine(address) {
            Ok(())
        } else {
            Err(HostProblem::NoMachine)
        };
    }
    check_name(host)
}

/// The address that a host is, without brackets and zone.
pub(crate) fn address(host: &str) -> Option<IpAddr> {
    if let Ok(v4) = host.parse::<Ipv4Addr>() {
        return Some(v4.into());
    }
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    let v6 = match bare.split_once('%') {
        None => bare,
        Some((v6, zone)) => Some(v6).filter(|_| is_zone(zone))?,
    };
    v6.parse::<Ipv6Addr>().ok().map(IpAddr::from)
}

/// Names of network interfaces, or their numbers.
fn is_zone(zone: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=15).contains(&zone.len()) && zone.bytes().all(fits)
}

fn is_of_a_machine(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    !address.is_unspecified() && !address.is_multicast() && !is_broadcast
}

pub(crate) fn check_name(host: &str) -> Result<(), HostProblem> {
    let name = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() {
        return Err(HostProblem::Empty);
    }
    if name.len() > MAX_NAME_LEN {
        return Err(HostProblem::TooLong { len: host.len() });
    }
    let is_foreign = |c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c);
    if let Some(found) = host.chars().find(|c| is_foreign(*c)) {
        return Err(HostProblem::Character { found });
    }
    for label in name.split('.') {
        match label.len() {
            0 => return Err(HostProblem::EmptyLabel),
            len if len > MAX_LABEL => return Err(HostProblem::LongLabel { len }),
            _ if label.starts_with('-') || label.ends_with('-') => return Err(HostProblem::Hyphen),
            _ => {}
        }
    }
    if name.split('.').all(is_number) {
        return Err(HostProblem::Numeric);
    }
    Ok(())
}

/// A number as `inet_aton` reads them: decimal, octal with a leading zero, or hexadecimal.
pub(crate) fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or(label.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::{HostProblem, check_host};

    #[test]
    fn what_resolvers_take_is_a_host() {
        let label = "x".repeat(63);
        let name = format!("{label}.{label}.{label}.{}", "x".repeat(61));
        assert_eq!(name.len(), 253);
        for host in [
            "lobby",
            "lobby-1.example.com",
            "Lobby.Example.COM.",
            "stack_lobby.1.k3x9",
            "_game._udp.example.com",
            "1.servers.svc",
            "lobby.1",
            "0x7f.example",
            "xn--mnchen-3ya.example.com",
            &label,
            &name,
            &format!("{name}."),
            "127.0.0.1",
            "10.0.0.7",
            "0.0.0.1",
            "::1",
            "[2001:db8::7]",
            "fe80::1%eth0",
            "[fe80::1%2]",
            "::ffff:10.0.0.7",
        ] {
            assert_eq!(check_host(host), Ok(()), "{host}");
        }
    }

    #[test]
    fn what_no_resolver_takes_is_none() {
        use HostProblem::{Character, EmptyLabel, Hyphen, NoMachine, Numeric};
        let character = |found| Character { found };
        let long = "x".repeat(64);
        let name = format!("{}xx", "x.".repeat(126));
        assert_eq!(name.len(), 254);
        for (host, problem) in [
            ("", HostProblem::Empty),
            (".", EmptyLabel),
            ("lobby..example.com", EmptyLabel),
            (".example.com", EmptyLabel),
            ("example.com..", EmptyLabel),
            (&format!("a.{long}"), HostProblem::LongLabel { len: 64 }),
            (&name, HostProblem::TooLong { len: 254 }),
            (&"x".repeat(1 << 20), HostProblem::TooLong { len: 1 << 20 }),
            ("-lobby", Hyphen),
            ("lobby-.example.com", Hyphen),
            ("lobby%20x", character('%')),
            ("lobby#1", character('#')),
            ("lobby\".example.com", character('"')),
            ("lob'by", character('\'')),
            ("a b", character(' ')),
            (" lobby", character(' ')),
            ("a\nb", character('\n')),
            ("a\u{1b}[2K", character('\u{1b}')),
            ("a\0", character('\0')),
            ("a\u{202e}b", character('\u{202e}')),
            ("bücher.example.com", character('ü')),
            ("lobby:5520", character(':')),
            ("https://lobby", character(':')),
            ("u@lobby", character('@')),
            ("lobby/x", character('/')),
            ("[lobby]", character('[')),
            ("[127.0.0.1]", character('[')),
            ("[::1", character('[')),
            ("[]", character('[')),
            ("::1%", character(':')),
            ("::1%a\nb", character(':')),
            ("::1%25%25", character(':')),
            ("$1.example.com", character('$')),
            ("127.1", Numeric),
            ("010.0.0.7", Numeric),
            ("10.0.0.07", Numeric),
            ("10.0.0.7.", Numeric),
            ("2130706433", Numeric),
            ("0x7f000001", Numeric),
            ("0X7F.0.0.1", Numeric),
            ("0x", Numeric),
            ("256.0.0.1", Numeric),
            ("1.2.3.4.5", Numeric),
            ("0.0.0.0", NoMachine),
            ("255.255.255.255", NoMachine),
            ("224.0.0.1", NoMachine),
            ("::", NoMachine),
            ("[::]", NoMachine),
            ("::%eth0", NoMachine),
            ("::ffff:0.0.0.0", NoMachine),
            ("ff02::1", NoMachine),
        ] {
            assert_eq!(check_host(host), Err(problem), "{host:?}");
        }
    }
}
