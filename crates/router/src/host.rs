//! The check of a backend's host.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Maximum length of a label of a host name in bytes (RFC 1035 section 2.3.4).
pub(crate) const MAX_LABEL: usize = 63;

/// Maximum length of a host name in bytes, without the trailing dot (RFC 1035 section 3.1).
pub const MAX_NAME_LEN: usize = 253;

/// The reason why a text is no host of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostProblem {
    /// The text is empty.
    #[error("it is empty")]
    Empty,
    /// The text is longer than [`MAX_NAME_LEN`].
    #[error("it has {len} bytes, at most {MAX_NAME_LEN} are allowed")]
    TooLong {
        /// Length in bytes.
        len: usize,
    },
    /// A character does not occur in host names.
    #[error("it has the character {:?}, allowed are ASCII letters, digits, `-`, `_` and `.`", .found)]
    Character {
        /// The character.
        found: char,
    },
    /// A label is empty: two dots in a row, or a dot at the start.
    #[error("there is nothing before or between its dots")]
    EmptyLabel,
    /// A label is longer than 63 bytes.
    #[error("a part between its dots has {len} bytes, at most {MAX_LABEL} are allowed")]
    LongLabel {
        /// Length in bytes.
        len: usize,
    },
    /// A label begins or ends with a hyphen.
    #[error("a part between its dots begins or ends with `-`")]
    Hyphen,
    /// All labels are numbers, but the text is not an IPv4 address of four decimal numbers. Resolvers disagree on such
    /// texts: `127.1`, `010.0.0.7`, `0x7f000001`.
    #[error(
        "it is an IPv4 address, but not four decimal numbers from 0 to 255 without leading zeros"
    )]
    Numeric,
    /// The address is not the address of one machine: `0.0.0.0`, `::`, multicast or broadcast.
    #[error("it is an address that no machine has")]
    NoMachine,
}

/// Checks the host of a backend: an IPv4 address, an IPv6 address (with or without brackets and zone), or an ASCII host
/// name that resolvers accept, underscores allowed, with or without a trailing dot.
///
/// Hosts from the configuration, from plugins and from discovery are all checked by it. Hosts with captures are
/// [templates](crate::HostTemplate), which are checked once their captures are replaced.
///
/// # Errors
/// Returns the first reason why the text is no host.
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

/// Reads a host as an IP address, without its brackets and zone; none when it is no address.
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

/// Returns whether the text is the name or the number of a network interface.
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

/// Returns whether `inet_aton` reads the label as a number: decimal, octal with a leading zero, or hexadecimal.
pub(crate) fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or(label.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests;
