//! PROXY protocol version 2, section 2.2 of its specification: a binary header in front of forwarded data.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use crc::{CRC_32_ISCSI, Crc};

/// Signature at the start of every header. A QUIC packet with a long header differs in its first bit; one with a short
/// header has a random connection id of the server there (RFC 9000, section 17).
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family and transport, length.
const FIXED_LEN: usize = 16;

const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const UDP_OVER_IPV4: u8 = 0x12;
const UDP_OVER_IPV6: u8 = 0x22;
/// Source address, destination address, source port, destination port.
const IPV4_LEN: usize = 12;
const IPV6_LEN: usize = 36;
/// `PP2_TYPE_CRC32C`: a checksum of the whole header, made with zeros in its own place (section 2.2.3).
const CHECKSUM: u8 = 0x03;
const CRC32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// The header of one datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProxyHeader {
    /// Client of the datagram; `None` for the balancer's own, such as a health check.
    pub(super) client: Option<SocketAddr>,
    /// Length of the header in bytes, including the parts that this reader skips.
    pub(super) len: usize,
}

/// A datagram has the signature of a header, but the header is not valid for UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MalformedHeader;

/// Reads the header that a datagram begins with; `Ok(None)`: it has none.
///
/// Of the type-length-values after the addresses only the checksum is read. The others are skipped, as the
/// specification allows.
pub(super) fn read(datagram: &[u8]) -> Result<Option<ProxyHeader>, MalformedHeader> {
    let Some(rest) = datagram.strip_prefix(&SIGNATURE) else {
        return Ok(None);
    };
    let (fixed, rest) = rest.split_first_chunk::<4>().ok_or(MalformedHeader)?;
    let [command, family, high, low] = *fixed;
    let payload = usize::from(u16::from_be_bytes([high, low]));
    let payload = rest.get(..payload).ok_or(MalformedHeader)?;
    let len = FIXED_LEN + payload.len();
    let (client, addresses) = match (command, family) {
        (LOCAL, _) => return Ok(Some(ProxyHeader { client: None, len })),
        (PROXY, UDP_OVER_IPV4) => (v4(payload), IPV4_LEN),
        (PROXY, UDP_OVER_IPV6) => (v6(payload), IPV6_LEN),
        _ => return Err(MalformedHeader),
    };
    let client = Some(client.ok_or(MalformedHeader)?);
    let header = datagram.get(..len).ok_or(MalformedHeader)?;
    if !is_intact(header, FIXED_LEN + addresses) {
        return Err(MalformedHeader);
    }
    Ok(Some(ProxyHeader { client, len }))
}

/// Returns whether the checksum of a header is right, if it has one. Its values begin at `at`.
fn is_intact(header: &[u8], mut at: usize) -> bool {
    while let Some([kind, high, low, rest @ ..]) = header.get(at..) {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(value) = rest.get(..len) else {
            return true;
        };
        let begin = header.len() - rest.len();
        if *kind == CHECKSUM {
            let mut digest = CRC32C.digest();
            digest.update(header.get(..begin).unwrap_or_default());
            digest.update(&[0; 4]);
            digest.update(rest.get(len..).unwrap_or_default());
            return value == digest.finalize().to_be_bytes();
        }
        at = begin + len;
    }
    true
}

/// Source address, destination address, source port, destination port.
fn v4(payload: &[u8]) -> Option<SocketAddr> {
    let (source, rest) = payload.split_first_chunk::<4>()?;
    let (_destination, rest) = rest.split_first_chunk::<4>()?;
    sender(Ipv4Addr::from(*source).into(), rest)
}

fn v6(payload: &[u8]) -> Option<SocketAddr> {
    let (source, rest) = payload.split_first_chunk::<16>()?;
    let (_destination, rest) = rest.split_first_chunk::<16>()?;
    sender(Ipv6Addr::from(*source).into(), rest)
}

fn sender(ip: std::net::IpAddr, ports: &[u8]) -> Option<SocketAddr> {
    let (ports, _more) = ports.split_first_chunk::<4>()?;
    let [high, low, _, _] = *ports;
    let port = u16::from_be_bytes([high, low]);
    // An unspecified address or port 0 cannot be answered.
    if port == 0 || ip.is_unspecified() {
        return None;
    }
    Some(SocketAddr::new(ip.to_canonical(), port))
}

#[cfg(test)]
mod tests;
