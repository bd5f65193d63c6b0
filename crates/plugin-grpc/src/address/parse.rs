//! Reads addresses.

use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};

use super::{AddressKind, HostPort, Scheme};

/// Maximum length of the path of a unix socket in bytes. The kernel keeps it in 108 bytes, the last of which is zero.
pub(super) const MAX_SOCKET_PATH: usize = 107;
/// Maximum length of a host name in bytes, as in DNS.
const MAX_HOST: usize = 253;

pub(super) fn parse(text: &str) -> Result<AddressKind, &'static str> {
    if let Some(path) = text.strip_prefix("unix:") {
        return socket(path).map(AddressKind::Unix);
    }
    let text = without_resolver(text)?;
    let (scheme, rest) = match text.split_once("://") {
        None => (Scheme::None, text),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
        Some(_) => return Err("has an unknown scheme"),
    };
    let rest = match scheme {
        Scheme::None => rest,
        Scheme::Http | Scheme::Https => rest.strip_suffix('/').unwrap_or(rest),
    };
    if rest.contains(['/', '?', '#']) {
        return Err("has a path");
    }
    Ok(AddressKind::Tcp(
        host_port(rest, scheme.default_port())?,
        scheme,
    ))
}

/// Returns an address without the resolver prefix of gRPC's libraries: `dns:` or `passthrough:`, also with an empty
/// authority (`dns:///`).
fn without_resolver(text: &str) -> Result<&str, &'static str> {
    let resolved = ["dns:", "passthrough:"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let Some(rest) = resolved else {
        return Ok(text);
    };
    match rest.strip_prefix("//") {
        None => Ok(rest),
        Some(rest) => rest
            .strip_prefix('/')
            .ok_or("names a DNS server, which is not supported; write three slashes"),
    }
}

/// Parses `unix:PATH` or `unix:///PATH`. Two slashes before a name are an error, since other programs read a host
/// there.
fn socket(path: &str) -> Result<PathBuf, &'static str> {
    let path = match path.strip_prefix("//") {
        Some(path) if path.starts_with('/') => path,
        Some(_) => return Err("has a host; the path after `unix://` must begin with a slash"),
        None => path,
    };
    if path.is_empty() {
        return Err("has no path");
    }
    if path.contains('\0') {
        return Err("has a zero byte in its path");
    }
    if path.len() > MAX_SOCKET_PATH {
        return Err("has a path of more than 107 bytes, the maximum of a socket");
    }
    Ok(Path::new(path).to_owned())
}

fn host_port(text: &str, default_port: Option<u16>) -> Result<HostPort, &'static str> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest
            .split_once(']')
            .ok_or("has a bracket that is not closed")?;
        if host.parse::<Ipv6Addr>().is_err() {
            return Err("has a text in brackets that is not an IPv6 address");
        }
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            None => return Err("has a text other than a port after the bracket"),
            port => port,
        };
        (host, port)
    } else {
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        };
        if port.is_some_and(|port| port.contains(':')) {
            return Err("has several colons; write an IPv6 address in brackets");
        }
        if host.is_empty() {
            return Err("has no host");
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if host.len() > MAX_HOST || !host.bytes().all(is_name) {
            return Err("has a host that is neither a name nor an IP address");
        }
        (host, port)
    };
    let port = match port {
        // `u16` alone would take a plus sign.
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok(),
        Some(_) => None,
        None => Some(default_port.ok_or("has no port")?),
    };
    Ok(HostPort {
        host: host.to_owned(),
        port: port.ok_or("has a port that is not a number up to 65535")?,
    })
}
