//! Which generation a payload is taken for, what is read leniently and what is not, and what is refused to write.

use hyrouter_protocol::{
    ClientBuild, ClientType, Connect, ConnectBuf, DecodeError, EncodeError, Generation,
    HostAddress, Protocol,
};
use uuid::Uuid;

/// A plain Connect of a build, in the given generation.
fn connect(generation: Generation, build: ClientBuild) -> Connect<'static> {
    let player = matches!(generation, Generation::G1 | Generation::G2);
    Connect {
        generation,
        protocol: Protocol::of(build),
        client_type: ClientType::Game,
        uuid: player.then(|| Uuid::from_u128(0x5b1d_3c2e_8f4a_4d6b_9c7e_0a1b_2c3d_4e5f)),
        username: player.then_some("Alder"),
        language: Some("en-US"),
        identity_token: Some("a.b.c"),
        referral_data: None,
        referral_source: None,
    }
}

fn typical(generation: Generation) -> Connect<'static> {
    connect(generation, generation.representative())
}

fn bytes(connect: &Connect<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    connect.encode(&mut out).unwrap();
    out
}

fn generation(payload: &[u8], alpn: Option<&str>) -> Result<Generation, DecodeError> {
    Connect::decode(payload, alpn.map(str::as_bytes)).map(|connect| connect.generation)
}

const ALPNS: [Option<&str>; 5] = [
    None,
    Some("hytale/1"),
    Some("hytale/2"),
    Some("hytale/3"),
    Some("h3"),
];

#[test]
fn the_payload_says_which_generation_whatever_the_alpn() {
    for expected in Generation::ALL {
        let payload = bytes(&typical(expected));
        for alpn in ALPNS {
            assert_eq!(generation(&payload, alpn), Ok(expected), "{alpn:?}");
        }
    }
}

#[test]
fn unseen_builds_are_read_by_their_neighbours() {
    use Generation::{G2, G3, G4};
    for (number, expected) in [
        (-1, G2),
        (0, G2),
        (1, G2),
        (28, G2),
        (64, G2),
        (64, G3),
        (76, G2),
        (76, G3),
        (118, G3),
        (207, G3),
        (243, G4),
        (i32::MAX, G4),
    ] {
        let payload = bytes(&connect(expected, ClientBuild::Number(number)));
        assert_eq!(generation(&payload, None), Ok(expected), "{number}");
    }
    // The shortest g3 there is could not be g2, the build may be either.
    let short = Connect {
        language: Some(""),
        identity_token: None,
        ..connect(G3, ClientBuild::Number(70))
    };
    assert_eq!(bytes(&short).len(), 47);
    assert_eq!(generation(&bytes(&short), None), Ok(G3));
}

#[test]
fn a_short_hash_is_settled_by_the_alpn_only_if_both_readings_fit() {
    let hash = Connect {
        protocol: Protocol::Hash("abc123"),
        ..typical(Generation::G1)
    };
    for alpn in ALPNS {
        assert_eq!(
            generation(&bytes(&hash), alpn),
            Ok(Generation::G1),
            "{alpn:?}"
        );
    }

    // Bytes that are both: CRC and build in hexadecimal digits (build 50 is "2"), all else zero and long enough.
    let mut both = vec![0; 160];
    both[1..6].copy_from_slice(b"abcd2");
    for (alpn, expected) in [
        (None, Generation::G1),
        (Some("hytale/1"), Generation::G1),
        (Some("hytale/2"), Generation::G2),
        (Some("hytale/3"), Generation::G2),
    ] {
        assert_eq!(generation(&both, alpn), Ok(expected), "{alpn:?}");
    }
}

#[test]
fn zeros_are_no_hash() {
    // CRC, build, version, UUID and slots all zero: a g2 Connect, however little sense it makes.
    assert_eq!(generation(&[0; 160], None), Ok(Generation::G2));
    let mut zeroed = bytes(&typical(Generation::G3));
    zeroed[1..5].fill(0);
    zeroed[9..29].fill(0);
    for alpn in ALPNS {
        assert_eq!(generation(&zeroed, alpn), Ok(Generation::G3), "{alpn:?}");
    }
}

#[test]
fn a_hash_that_is_not_hexadecimal_needs_the_alpn() {
    let mut payload = bytes(&typical(Generation::G1));
    payload[1..5].copy_from_slice(b"wxyz");
    assert_eq!(generation(&payload, Some("hytale/1")), Ok(Generation::G1));
    assert!(generation(&payload, Some("hytale/2")).is_err());
    assert!(generation(&payload, None).is_err());
}

#[test]
fn a_cut_off_hash_client_is_told_what_is_missing() {
    let payload = bytes(&typical(Generation::G1));
    let error = Connect::decode(&payload[..90], None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "head of connect needs 102 bytes, 90 are left"
    );
}

#[test]
fn bytes_after_the_last_field_are_accepted() {
    for generation in Generation::ALL {
        let mut payload = bytes(&typical(generation));
        payload.extend([0xde, 0xad]);
        assert_eq!(Connect::decode(&payload, None), Ok(typical(generation)));
    }
}

#[test]
fn only_g4_insists_on_canonical_slots() {
    // In both, the slots at 30 are token, language, data, source; the last two are absent.
    let changes: [(usize, i32, DecodeError); 3] = [
        (
            38,
            0,
            DecodeError::NotCanonical {
                field: "referral_data",
                offset: 0,
                expected: -1,
            },
        ),
        (
            42,
            7,
            DecodeError::NotCanonical {
                field: "referral_source",
                offset: 7,
                expected: -1,
            },
        ),
        (
            34,
            0,
            DecodeError::NotCanonical {
                field: "language",
                offset: 0,
                expected: 6,
            },
        ),
    ];
    for (at, offset, error) in changes {
        let change = |generation| {
            let mut payload = bytes(&typical(generation));
            payload[at..at + 4].copy_from_slice(&offset.to_le_bytes());
            payload
        };
        assert_eq!(Connect::decode(&change(Generation::G4), None), Err(error));
        assert!(
            Connect::decode(&change(Generation::G3), None).is_ok(),
            "{at}"
        );
    }
}

#[test]
fn language_limit_depends_on_the_build() {
    for (generation, build, limit) in [
        (Generation::G1, ClientBuild::Hash, 128),
        (Generation::G2, ClientBuild::Number(2), 16),
        (Generation::G3, ClientBuild::Number(117), 16),
        (Generation::G4, ClientBuild::Number(226), 16),
        (Generation::G4, ClientBuild::Number(227), 100),
        (Generation::G4, ClientBuild::Number(243), 100),
    ] {
        let text = "l".repeat(limit + 1);
        let longest = Connect {
            language: Some(&text[..limit]),
            ..connect(generation, build)
        };
        assert_eq!(Connect::decode(&bytes(&longest), None), Ok(longest));
        let longer = Connect {
            language: Some(&text),
            ..longest
        };
        let error = EncodeError::TooLong {
            field: "language",
            len: limit + 1,
            limit,
        };
        assert_eq!(longer.encode(&mut Vec::new()), Err(error));
    }
}

/// Encoding a typical Connect after a change gives the error and writes nothing.
fn refused<'a>(generation: Generation, change: impl FnOnce(&mut Connect<'a>), error: EncodeError) {
    let mut packet: Connect<'a> = typical(generation);
    change(&mut packet);
    let mut out = vec![9];
    assert_eq!(packet.encode(&mut out), Err(error));
    assert_eq!(out, [9], "{error}");
}

#[test]
fn fields_must_be_those_of_the_generation() {
    use Generation::{G1, G2, G3, G4};
    let missing = |field, generation| EncodeError::Missing { field, generation };
    let unexpected = |field, generation| EncodeError::Unexpected { field, generation };
    refused(G2, |c| c.uuid = None, missing("uuid", G2));
    refused(G1, |c| c.username = None, missing("username", G1));
    refused(G2, |c| c.language = None, missing("language", G2));
    refused(G3, |c| c.uuid = Some(Uuid::nil()), unexpected("uuid", G3));
    refused(G4, |c| c.username = Some(""), unexpected("username", G4));
    for (generation, build) in [
        (G4, ClientBuild::Number(100)),
        (G3, ClientBuild::Number(63)),
        (G2, ClientBuild::Number(77)),
        (G2, ClientBuild::Hash),
        (G1, ClientBuild::Number(2)),
    ] {
        let error = EncodeError::WrongGeneration { generation, build };
        refused(generation, |c| c.protocol = Protocol::of(build), error);
    }
}

#[test]
fn text_must_be_what_its_field_takes() {
    use Generation::{G1, G2, G4};
    let not_ascii = |field| EncodeError::NotAscii { field };
    refused(G2, |c| c.username = Some("ü"), not_ascii("username"));
    refused(G4, |c| c.language = Some("ü"), not_ascii("language"));
    refused(
        G4,
        |c| c.protocol = version("a\0b"),
        not_ascii("client_version"),
    );
    refused(
        G1,
        |c| c.protocol = Protocol::Hash(""),
        EncodeError::BadHash,
    );
    refused(
        G1,
        |c| c.protocol = Protocol::Hash("xyz"),
        EncodeError::BadHash,
    );
}

#[test]
fn fields_must_keep_their_limits() {
    use Generation::{G1, G3, G4};
    let long = "x".repeat(9000);
    let text = |len| &long[..len];
    let source = HostAddress {
        host: text(257),
        port: 1,
    };
    let too_long = |field, limit| EncodeError::TooLong {
        field,
        len: limit + 1,
        limit,
    };
    refused(
        G4,
        |c| c.protocol = version(text(21)),
        too_long("client_version", 20),
    );
    refused(
        G1,
        |c| c.protocol = Protocol::Hash(text(65)),
        too_long("protocol_hash", 64),
    );
    refused(
        G1,
        |c| c.username = Some(text(17)),
        too_long("username", 16),
    );
    refused(
        G3,
        |c| c.identity_token = Some(text(8193)),
        too_long("identity_token", 8192),
    );
    refused(
        G4,
        |c| c.referral_data = Some(&[0; 4097]),
        too_long("referral_data", 4096),
    );
    refused(
        G1,
        |c| c.referral_source = Some(source),
        too_long("referral_source", 256),
    );
}

fn version(client_version: &str) -> Protocol<'_> {
    Protocol::Build {
        crc: 0,
        number: 242,
        client_version,
    }
}

#[test]
fn an_owned_connect_is_the_same() {
    for generation in Generation::ALL {
        let full = Connect {
            referral_data: Some(b"data"),
            referral_source: Some(HostAddress {
                host: "play.example.com",
                port: 5520,
            }),
            ..typical(generation)
        };
        let payload = bytes(&full);
        let buf = ConnectBuf::decode(payload.clone(), None).unwrap();
        let moved = std::thread::spawn(move || buf).join().unwrap();
        assert_eq!((moved.connect(), moved.payload()), (full, &payload[..]));
    }
    let error = ConnectBuf::decode(vec![0; 3], None).unwrap_err();
    assert_eq!(
        error,
        DecodeError::Truncated {
            field: "head of connect",
            needed: 46,
            have: 3
        }
    );
}

#[test]
fn debug_output_is_without_token_and_data() {
    let packet = Connect {
        identity_token: Some("secret"),
        referral_data: Some(b"secret"),
        ..typical(Generation::G4)
    };
    let buf = ConnectBuf::decode(bytes(&packet), None).unwrap();
    for text in [format!("{packet:?}"), format!("{buf:?}")] {
        assert!(
            text.contains("identity_token_len: Some(6)") && !text.contains("secret"),
            "{text}"
        );
    }
}
