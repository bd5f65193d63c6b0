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
fn bytes_after_the_addresses_are_skipped() {
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
