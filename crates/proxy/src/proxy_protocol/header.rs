//! PROXY protocol version 2, section 2.2 of its text: a binary header in front of what is forwarded.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use crc::{CRC_32_ISCSI, Crc};

/// What every header begins with. A QUIC packet with a long header does not, by its first bit; one with a short header
/// has a connection id there that is random and of the server's making (RFC 9000, section 17).
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
    /// Whose datagram it is; `None`: the balancer's own, such as a health check.
    pub(super) client: Option<SocketAddr>,
    /// How many bytes the header takes, with all that this reader does not look at.
    pub(super) len: usize,
}

/// The datagram says that it has a header, and the header is none that UDP can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MalformedHeader;

/// Reads the header that a datagram begins with; `Ok(None)`: it has none.
///
/// Of the type-length-values after the addresses only the checksum is looked at. The others are skipped, as the text
/// allows.
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
            Ok(Some(ProxyHeader {
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
    fn a_wrong_checksum_is_malformed() {
        // The check value of CRC-32C, so that this test does not trust the code that it tests.
        assert_eq!(CRC32C.checksum(b"123456789"), 0xe306_9283);
        let tlvs = [
            [0x04, 0, 1, 9].as_slice(),
            &[CHECKSUM, 0, 4, 0, 0, 0, 0],
            &[0x04, 0, 0],
        ]
        .concat();
        for (family, addresses) in [
            (UDP_OVER_IPV4, V4.to_vec()),
            (UDP_OVER_IPV6, v6_payload("2001:db8::1")),
        ] {
            let mut whole = header(PROXY, family, &[addresses, tlvs.clone()].concat());
            let sum = CRC32C.checksum(&whole).to_be_bytes();
            assert_eq!(read(&whole), Err(MalformedHeader), "zeros");
            let at = whole.len() - 7;
            whole[at..at + 4].copy_from_slice(&sum);
            assert!(read(&whole).unwrap().unwrap().client.is_some());
            for flipped in [FIXED_LEN, at - 4, at, at + 3] {
                let mut changed = whole.clone();
                changed[flipped] ^= 1;
                assert_eq!(read(&changed), Err(MalformedHeader), "{flipped}");
            }
        }
        let short = header(
            PROXY,
            UDP_OVER_IPV4,
            &[V4.as_slice(), &[CHECKSUM, 0, 3, 1, 2, 3]].concat(),
        );
        assert_eq!(read(&short), Err(MalformedHeader));
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
                assert_eq!(read(&whole[..len]), Err(MalformedHeader), "{len}");
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
            assert_eq!(
                read(&header(command, family, &[1; 36])),
                Err(MalformedHeader)
            );
        }
        // Addresses of IPv4 where IPv6 is announced.
        assert_eq!(
            read(&header(PROXY, UDP_OVER_IPV6, &V4)),
            Err(MalformedHeader)
        );
        let mut no_port = V4;
        no_port[8..10].fill(0);
        assert_eq!(
            read(&header(PROXY, UDP_OVER_IPV4, &no_port)),
            Err(MalformedHeader)
        );
        let mut no_ip = V4;
        no_ip[..4].fill(0);
        assert_eq!(
            read(&header(PROXY, UDP_OVER_IPV4, &no_ip)),
            Err(MalformedHeader)
        );
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
