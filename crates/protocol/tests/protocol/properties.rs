//! What holds for all packets and for all bytes.

use hyrouter_protocol::json::{decode_line, encode_line};
use hyrouter_protocol::{
    ClientBuild, ClientDisconnect, ClientDisconnectReason, ClientReferral, ClientType, Connect,
    ConnectBuf, Disconnect, DisconnectForm, DisconnectType, FormattedLayout, FormattedMessage,
    FrameReader, Generation, HostAddress, Protocol, ServerDisconnect, encode_disconnect,
    encode_referral,
};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

const LAYOUTS: [FormattedLayout; 3] = [
    FormattedLayout::Fm38,
    FormattedLayout::Fm39,
    FormattedLayout::Fm40,
];

/// The fields of a Connect of any generation, to borrow one from.
#[derive(Debug, Clone)]
struct Owned {
    generation: Generation,
    hash: String,
    build: (i32, i32, String),
    editor: bool,
    uuid: u128,
    username: String,
    language: Option<String>,
    token: Option<String>,
    data: Option<Vec<u8>>,
    source: Option<(String, u16)>,
}

impl Owned {
    fn connect(&self) -> Connect<'_> {
        let player = matches!(self.generation, Generation::G1 | Generation::G2);
        let (crc, number, client_version) = &self.build;
        Connect {
            generation: self.generation,
            protocol: match self.generation {
                Generation::G1 => Protocol::Hash(&self.hash),
                _ => Protocol::Build {
                    crc: *crc,
                    number: *number,
                    client_version,
                },
            },
            client_type: if self.editor {
                ClientType::Editor
            } else {
                ClientType::Game
            },
            uuid: player.then(|| Uuid::from_u128(self.uuid)),
            username: player.then_some(&self.username),
            language: match self.generation {
                Generation::G1 => self.language.as_deref(),
                _ => Some(self.language.as_deref().unwrap_or_default()),
            },
            identity_token: self.token.as_deref(),
            referral_data: self.data.as_deref(),
            referral_source: self
                .source
                .as_ref()
                .map(|(host, port)| HostAddress { host, port: *port }),
        }
    }
}

/// A generation with builds of it, known, unknown and in between.
fn generation() -> impl Strategy<Value = (Generation, i32)> {
    prop_oneof![
        Just((Generation::G1, 0)),
        (i32::MIN..=76).prop_map(|number| (Generation::G2, number)),
        (0..=76).prop_map(|number| (Generation::G2, number)),
        (64..=207).prop_map(|number| (Generation::G3, number)),
        (208..=260).prop_map(|number| (Generation::G4, number)),
        (208..=i32::MAX).prop_map(|number| (Generation::G4, number)),
    ]
}

fn owned() -> impl Strategy<Value = Owned> {
    let numbers = (generation(), any::<i32>(), any::<bool>(), any::<u128>());
    let texts = (
        "[0-9a-f]{1,64}",
        "[ -~]{0,20}",
        "[ -~]{0,16}",
        of("[ -~]{0,16}"),
    );
    let rest = (
        of("[!-~é日😀]{0,200}"),
        of(prop::collection::vec(any::<u8>(), 0..300)),
        of(("[!-~é日😀]{0,40}", any::<u16>())),
    );
    (numbers, texts, rest).prop_map(
        |(
            ((generation, number), crc, editor, uuid),
            (hash, version, username, language),
            (token, data, source),
        )| {
            Owned {
                generation,
                hash,
                build: (crc, number, version),
                editor,
                uuid,
                username,
                language,
                token,
                data,
                source,
            }
        },
    )
}

fn kind() -> impl Strategy<Value = DisconnectType> {
    select(&[DisconnectType::Disconnect, DisconnectType::Crash][..])
}

fn encoded(connect: &Connect<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    connect.encode(&mut out).unwrap();
    out
}

/// Gives the bytes to every decoder there is; the results do not matter.
fn decode_with_all(bytes: &[u8]) {
    for alpn in [None, Some(&b"hytale/1"[..]), Some(b"hytale/3")] {
        if let Ok(connect) = Connect::decode(bytes, alpn) {
            let buf = ConnectBuf::decode(bytes.to_vec(), alpn).unwrap();
            assert_eq!(buf.connect(), connect);
        }
    }
    let _ = Disconnect::decode(bytes);
    let _ = ClientDisconnect::decode(bytes);
    let _ = ClientReferral::decode(bytes);
    for layout in LAYOUTS {
        let _ = ServerDisconnect::decode(bytes, Some(layout));
        let _ = FormattedMessage::decode(bytes, layout);
    }
    let _ = ServerDisconnect::decode(bytes, None);
    for mut reader in [FrameReader::first_connect(), FrameReader::new(64)] {
        reader.push(bytes);
        while let Ok(Some(_)) = reader.next_frame() {}
    }
}

proptest! {
    #[test]
    fn connect_comes_back(owned in owned()) {
        let connect = owned.connect();
        let payload = encoded(&connect);
        for alpn in [None, Some(format!("hytale/{}", connect.build().rules().unwrap().alpn_version))] {
            prop_assert_eq!(Connect::decode(&payload, alpn.as_deref().map(str::as_bytes)), Ok(connect));
        }
    }

    #[test]
    fn disconnects_come_back(kind in kind(), text in of(".{0,200}"), id in of(".{0,50}"), layout in select(&LAYOUTS[..])) {
        let mut out = Vec::new();
        let plain = Disconnect { kind, reason: text.as_deref() };
        plain.encode(&mut out).unwrap();
        prop_assert_eq!(Disconnect::decode(&out), Ok(plain));

        out.clear();
        let message = FormattedMessage { raw_text: text.as_deref(), message_id: id.as_deref() };
        let formatted = ServerDisconnect { kind, reason: Some(message) };
        formatted.encode(Some(layout), &mut out).unwrap();
        prop_assert_eq!(ServerDisconnect::decode(&out, Some(layout)), Ok(formatted));
        prop_assert!(ServerDisconnect::decode(&out, None).is_err());

        out.clear();
        let bare = ServerDisconnect { kind, reason: None };
        bare.encode(None, &mut out).unwrap();
        for layout in [None, Some(layout)] {
            prop_assert_eq!(ServerDisconnect::decode(&out, layout), Ok(bare));
        }
    }

    #[test]
    fn client_disconnect_comes_back(kind in kind(), reason in select(&ClientDisconnectReason::ALL[..])) {
        let packet = ClientDisconnect { reason, kind };
        prop_assert_eq!(ClientDisconnect::decode(&packet.encode()), Ok(packet));
    }

    #[test]
    fn referral_comes_back(
        host in of((".{0,64}", any::<u16>())),
        data in of(prop::collection::vec(any::<u8>(), 0..=4096)),
    ) {
        let packet = ClientReferral {
            host_to: host.as_ref().map(|(host, port)| HostAddress { host, port: *port }),
            data: data.as_deref(),
        };
        let mut out = Vec::new();
        packet.encode(&mut out).unwrap();
        prop_assert_eq!(ClientReferral::decode(&out), Ok(packet));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        decode_with_all(&bytes);
    }

    /// Small values make heads, slots and lengths that fit, so that the decoders get further.
    #[test]
    fn small_bytes_never_panic(bytes in prop::collection::vec(prop_oneof![0..8u8, Just(0xff), any::<u8>()], 0..300)) {
        decode_with_all(&bytes);
    }

    #[test]
    fn cut_off_packets_never_panic_nor_decode(owned in owned(), cut in any::<prop::sample::Index>()) {
        let payload = encoded(&owned.connect());
        let cut = &payload[..cut.index(payload.len())];
        decode_with_all(cut);
        // Cut off behind a hash of a few digits and zeros, a packet may fit a build that has zeros there.
        if owned.generation != Generation::G1 || owned.hash.len() > 28 {
            prop_assert!(Connect::decode(cut, None).is_err());
        }
    }

    #[test]
    fn mutated_packets_never_panic(owned in owned(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut payload = encoded(&owned.connect());
        let at = at.index(payload.len());
        payload[at] = byte;
        decode_with_all(&payload);
    }

    #[test]
    fn mutated_answers_never_panic(
        form in select(&[DisconnectForm::Plain, DisconnectForm::Bare, DisconnectForm::Formatted(LAYOUTS[2])][..]),
        text in ".{0,40}",
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut disconnect = Vec::new();
        encode_disconnect(form, Some(&text), &mut disconnect).unwrap();
        let mut referral = Vec::new();
        encode_referral("host", 1, Some(text.as_bytes()), &mut referral).unwrap();
        for mut frame in [disconnect, referral] {
            let at = at.index(frame.len());
            frame[at] = byte;
            decode_with_all(&frame);
            decode_with_all(&frame[8..]);
            decode_with_all(&frame[..at]);
        }
    }

    #[test]
    fn json_connects_come_back(owned in owned()) {
        let connect = owned.connect();
        let hex = hex::encode(encoded(&connect));
        let decoded = decode_line(&format!(r#"{{"name":"x","kind":"connect","hex":"{hex}"}}"#));
        let line = decoded.replacen(r#""ok":true"#, r#""kind":"connect""#, 1);
        prop_assert_eq!(encode_line(&line), format!(r#"{{"name":"x","ok":true,"hex":"{hex}"}}"#));
    }

    #[test]
    fn arbitrary_lines_are_answered(line in ".{0,80}") {
        for answer in [decode_line(&line), encode_line(&line)] {
            prop_assert!(answer.contains(r#""ok":false"#) && !answer.contains('\n'));
        }
    }

    #[test]
    fn every_disconnect_form_is_one_frame(number in any::<i32>(), text in ".{0,300}") {
        let form = DisconnectForm::for_client(None, ClientBuild::Number(number));
        let mut out = Vec::new();
        encode_disconnect(form, Some(&text), &mut out).unwrap();
        let mut reader = FrameReader::new(4096);
        reader.push(&out);
        let frame = reader.next_frame().unwrap().unwrap();
        match form {
            DisconnectForm::Plain => {
                prop_assert_eq!(frame.packet_id, 1);
                prop_assert_eq!(Disconnect::decode(frame.payload).unwrap().reason, Some(text.as_str()));
            }
            DisconnectForm::Formatted(layout) => {
                prop_assert_eq!(frame.packet_id, 2);
                let packet = ServerDisconnect::decode(frame.payload, Some(layout)).unwrap();
                prop_assert_eq!(packet.reason, Some(FormattedMessage::text(&text)));
            }
            DisconnectForm::Bare => prop_assert_eq!((frame.packet_id, frame.payload), (2, &[0, 0][..])),
            form => prop_assert!(false, "{form:?}"),
        }
        prop_assert_eq!(reader.buffered(), 0);
    }
}
