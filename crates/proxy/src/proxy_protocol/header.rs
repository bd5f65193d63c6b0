//! PROXY protocol version 2, section 2.2 of its text: a binary header in front of what is forwarded.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// What every header begins with. A QUIC packet with a long header does not, by its first bit; one with a short header
/// has a connection id there that is random and of the server's making (RFC 9000, section 17).
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family and transport, length.
const FIXED_LEN: usize = 16;

const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const UDP_OVER_IPV4: u8 = 0x12;
const UDP_OVER_IPV6: u8 = 0x22;

/// The header of one datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Whose datagram it is; `None`: the balancer's own, such as a health check.
    pub(super) client: Option<SocketAddr>,
    /// How many bytes the header takes, with all that this reader does not look at.
    pub(super) len: usize,
}

/// The datagram says that it has a header, and the header is none that UDP can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Reads the header that a datagram begins with; `Ok(None)`: it has none.
///
/// Type-length-values after the addresses are skipped, as the text allows.
pub(super) fn read(datagram: &[u8]) -> Result<Option<Header>, Malformed> {
    let Some(rest) = datagram.strip_prefix(&SIGNATURE) else {
        return Ok(None);
    };
    let (fixed, rest) = rest.split_first_chunk::<4>().ok_or(Malformed)?;
    let [command, family, high, low] = *fixed;
    let payload = usize::from(u16::from_be_bytes([high, low]));
    let payload = rest.get(..payload).ok_or(Malformed)?;
    let client = match (command, family) {
        (LOCAL, _) => None,
        (PROXY, UDP_OVER_IPV4) => Some(v4(payload).ok_or(Malformed)?),
        (PROXY, UDP_OVER_IPV6) => Some(v6(payload).ok_or(Malformed)?),
        _ => return Err(Malformed),
    };
    Ok(Some(Header {
        client,
        len: FIXED_LEN + payload.len(),
    }))
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
    // Nobody can be answered there.
    if port == 0 || ip.is_unspecified() {
        return None;
    }
    Some(SocketAddr::new(ip.to_canonical(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(command: u8, family: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([command, family]);
        bytes.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
        bytes.extend(payload);
        bytes
    }

    const V4: [u8; 12] = [192, 0, 2, 1, 198, 51, 100, 1, 0x1f, 0x90, 0x15, 0x90];

    fn v6_payload(ip: &str) -> Vec<u8> {
        let ip: Ipv6Addr = ip.parse().unwrap();
        let mut payload = ip.octets().to_vec();
        payload.extend([0; 16]);
        payload.extend([0x1f, 0x90, 0x15, 0x90]);
        payload
    }

    fn client(datagram: &[u8]) -> Option<SocketAddr> {
        read(datagram).unwrap().unwrap().client
    }

    #[test]
    fn addresses_of_both_families_are_read() {
        let bytes = header(PROXY, UDP_OVER_IPV4, &V4);
        assert_eq!(bytes.len(), 28);
        assert_eq!(
            read(&[bytes.as_slice(), b"quic"].concat()),
            Ok(Some(Header {
                client: Some("192.0.2.1:8080".parse().unwrap()),
                len: 28
            }))
        );
        let bytes = header(PROXY, UDP_OVER_IPV6, &v6_payload("2001:db8::1"));
        assert_eq!(client(&bytes), Some("[2001:db8::1]:8080".parse().unwrap()));
        let mapped = header(PROXY, UDP_OVER_IPV6, &v6_payload("::ffff:192.0.2.1"));
        assert_eq!(client(&mapped), Some("192.0.2.1:8080".parse().unwrap()));
    }

    #[test]
    fn what_follows_the_addresses_is_skipped() {
        let payload = [V4.as_slice(), &[0x04, 0, 3, 1, 2, 3]].concat();
        let header = read(&header(PROXY, UDP_OVER_IPV4, &payload)).unwrap();
        assert_eq!(header.unwrap().len, 34);
    }

    #[test]
    fn a_balancers_own_datagram_has_no_client() {
        for (family, payload) in [(0, [].as_slice()), (UDP_OVER_IPV4, &V4), (0x77, b"x")] {
            assert_eq!(client(&header(LOCAL, family, payload)), None);
        }
    }

    #[test]
    fn datagrams_without_signature_are_left_alone() {
        for datagram in [b"".as_slice(), b"\r\n\r\n", &SIGNATURE[..11], &[0xc0; 1200]] {
            assert_eq!(read(datagram), Ok(None));
        }
    }

    #[test]
    fn every_truncation_is_malformed() {
        for whole in [
            header(PROXY, UDP_OVER_IPV4, &V4),
            header(PROXY, UDP_OVER_IPV6, &v6_payload("2001:db8::1")),
            header(LOCAL, 0, b"abc"),
        ] {
            for len in SIGNATURE.len()..whole.len() {
                assert_eq!(read(&whole[..len]), Err(Malformed), "{len}");
            }
        }
    }

    #[test]
    fn other_versions_commands_families_and_senders_are_malformed() {
        for (command, family) in [
            (0x11, 0x12), // version 1
            (0x31, 0x12), // version 3
            (0x22, 0x12), // no command
            (0x21, 0x00), // unspecified
            (0x21, 0x11), // TCP
            (0x21, 0x21),
            (0x21, 0x32), // Unix
        ] {
            assert_eq!(read(&header(command, family, &[1; 36])), Err(Malformed));
        }
        // Addresses of IPv4 where IPv6 is announced.
        assert_eq!(read(&header(PROXY, UDP_OVER_IPV6, &V4)), Err(Malformed));
        let mut no_port = V4;
        no_port[8..10].fill(0);
        assert_eq!(
            read(&header(PROXY, UDP_OVER_IPV4, &no_port)),
            Err(Malformed)
        );
        let mut no_ip = V4;
        no_ip[..4].fill(0);
        assert_eq!(read(&header(PROXY, UDP_OVER_IPV4, &no_ip)), Err(Malformed));
    }

    #[test]
    fn no_change_of_any_byte_reads_beyond_the_datagram() {
        let whole = header(PROXY, UDP_OVER_IPV4, &V4);
        for at in 0..whole.len() {
            for value in 0..=u8::MAX {
                let mut changed = whole.clone();
                changed[at] = value;
                if let Ok(Some(header)) = read(&changed) {
                    assert!(header.len <= changed.len(), "{at} {value}");
                }
            }
        }
    }
}
