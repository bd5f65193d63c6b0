//! What the client sends is what its build sends.

use hyrouter_client::Hello;
use hyrouter_protocol::builds::{ClientBuild, Generation};
use hyrouter_protocol::{Connect, ConnectBuf, FrameHeader, HEADER_LEN, HostAddress};
use uuid::Uuid;

/// The `Connect` in the frame of a hello.
fn sent(hello: &Hello) -> ConnectBuf {
    let frame = hello.frame().unwrap();
    let (header, payload) = frame.split_first_chunk::<HEADER_LEN>().unwrap();
    let header = FrameHeader::decode(header).unwrap();
    assert_eq!(header.packet_id, Connect::PACKET_ID);
    assert_eq!(header.payload_len, payload.len());
    ConnectBuf::decode(payload.to_vec(), Some(&hello.alpn())).unwrap()
}

#[test]
fn every_generation_sends_what_it_has_a_field_for() {
    for generation in Generation::ALL {
        let mut hello = Hello::of(generation);
        hello.uuid = Uuid::from_u128(7);
        hello.username = "Ann".to_owned();
        hello.language = "de-DE".to_owned();
        hello.identity_token = Some("token".to_owned());
        hello.referral_data = Some(b"data".to_vec());
        hello.referral_source = Some(("a.example.com".to_owned(), 5520));
        let sent = sent(&hello);
        let connect = sent.connect();
        assert_eq!(connect.generation, generation);
        assert_eq!(connect.language, Some("de-DE"), "{generation}");
        assert_eq!(connect.identity_token, Some("token"), "{generation}");
        assert_eq!(connect.referral_data, Some(&b"data"[..]), "{generation}");
        let source = HostAddress {
            host: "a.example.com",
            port: 5520,
        };
        assert_eq!(connect.referral_source, Some(source), "{generation}");
        let has_name = matches!(generation, Generation::G1 | Generation::G2);
        assert_eq!(connect.username.is_some(), has_name, "{generation}");
        assert_eq!(connect.uuid.is_some(), has_name, "{generation}");
    }
}

#[test]
fn a_build_is_sent_as_itself() {
    for number in [20, 51, 60] {
        let hello = Hello::of_build(ClientBuild::Number(number));
        assert_eq!(sent(&hello).connect().build(), ClientBuild::Number(number));
    }
    let hello = Hello::of_build(ClientBuild::Hash);
    assert_eq!(sent(&hello).connect().build(), ClientBuild::Hash);
}

#[test]
fn a_field_that_is_too_long_is_an_error() {
    let mut hello = Hello::of(Generation::G4);
    hello.referral_data = Some(vec![0; 1 << 20]);
    assert!(hello.frame().is_err());
}
