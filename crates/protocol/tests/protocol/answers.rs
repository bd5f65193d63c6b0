//! The frames that a front door sends, byte for byte, and their limits.

use hyrouter_protocol::{
    ClientReferral, DecodeError, Disconnect, DisconnectForm, DisconnectType, EncodeError,
    FormattedLayout, FormattedMessage, MAX_TEXT, ServerDisconnect, encode_disconnect,
    encode_referral,
};

fn disconnect(form: DisconnectForm, reason: Option<&str>) -> String {
    let mut out = Vec::new();
    encode_disconnect(form, reason, &mut out).unwrap();
    hex::encode(out)
}

#[test]
fn disconnect_frames() {
    let formatted = DisconnectForm::Formatted;
    let absent = "ffffffff".repeat(7);
    for (form, reason, expected) in [
        (
            DisconnectForm::Plain,
            None,
            "0200000001000000 0000".to_owned(),
        ),
        (
            DisconnectForm::Plain,
            Some(""),
            "0300000001000000 0100 00".to_owned(),
        ),
        (
            DisconnectForm::Plain,
            Some("hi"),
            "0500000001000000 0100 026869".to_owned(),
        ),
        (
            DisconnectForm::Bare,
            None,
            "0200000002000000 0000".to_owned(),
        ),
        (
            DisconnectForm::Bare,
            Some("dropped"),
            "0200000002000000 0000".to_owned(),
        ),
        (
            formatted(FormattedLayout::Fm40),
            None,
            "0200000002000000 0000".to_owned(),
        ),
        (
            formatted(FormattedLayout::Fm38),
            Some("hi"),
            format!("2b00000002000000 0100 010000000000 00000000{absent} 026869"),
        ),
        (
            formatted(FormattedLayout::Fm39),
            Some("hi"),
            format!("2c00000002000000 0100 10000000000000 00000000{absent} 026869"),
        ),
        (
            formatted(FormattedLayout::Fm40),
            Some("hi"),
            format!("2d00000002000000 0100 2000000000000000 00000000{absent} 026869"),
        ),
    ] {
        assert_eq!(
            disconnect(form, reason),
            expected.replace(' ', ""),
            "{form:?} {reason:?}"
        );
    }
}

#[test]
fn a_reason_over_the_limit_of_the_wire_is_refused() {
    let text = "r".repeat(MAX_TEXT + 1);
    for form in [
        DisconnectForm::Plain,
        DisconnectForm::Formatted(FormattedLayout::Fm39),
    ] {
        let mut out = vec![7];
        encode_disconnect(form, Some(&text[..MAX_TEXT]), &mut out).unwrap();
        out.truncate(1);
        let result = encode_disconnect(form, Some(&text), &mut out);
        assert!(
            matches!(
                result,
                Err(EncodeError::TooLong {
                    limit: MAX_TEXT,
                    ..
                })
            ),
            "{result:?}"
        );
        assert_eq!(out, [7]);
    }
}

#[test]
fn referral_frames() {
    let mut out = Vec::new();
    encode_referral("[2001:db8::7]", 5521, Some(b"xy"), &mut out).unwrap();
    let expected = "1a00000012000000 03 00000000 0e000000 9115 0b323030313a6462383a3a37 027879"
        .replace(' ', "");
    assert_eq!(hex::encode(&out), expected);

    let long = "h".repeat(257);
    for (host, port, data, error) in [
        ("", 5520, None, EncodeError::Empty { field: "host_to" }),
        ("a", 0, None, EncodeError::ZeroPort { field: "host_to" }),
        (
            &long,
            1,
            None,
            EncodeError::TooLong {
                field: "host_to",
                len: 257,
                limit: 256,
            },
        ),
        (
            "a",
            1,
            Some(&[0; 4097][..]),
            EncodeError::TooLong {
                field: "data",
                len: 4097,
                limit: 4096,
            },
        ),
    ] {
        let mut out = vec![7];
        assert_eq!(encode_referral(host, port, data, &mut out), Err(error));
        assert_eq!(out, [7]);
    }
    encode_referral(&long[..256], u16::MAX, Some(&[0; 4096]), &mut out).unwrap();
}

#[test]
fn other_fields_of_a_message_are_skipped_but_must_lie_in_the_packet() {
    let packet = ServerDisconnect {
        kind: DisconnectType::Disconnect,
        reason: Some(FormattedMessage {
            raw_text: Some("full"),
            message_id: Some("server.full"),
        }),
    };
    for (layout, null_at, image_bit, image_slot) in [
        (FormattedLayout::Fm38, 2, 0x80, 36),
        (FormattedLayout::Fm39, 3, 0x08, 37),
        (FormattedLayout::Fm40, 3, 0x10, 38),
    ] {
        let mut payload = Vec::new();
        packet.encode(Some(layout), &mut payload).unwrap();
        let block_len = i32::try_from(payload.len()).unwrap() - image_slot - 4;
        payload[null_at] |= image_bit;
        let mut with_image_at = |offset: i32| {
            let slot = usize::try_from(image_slot).unwrap();
            payload[slot..slot + 4].copy_from_slice(&offset.to_le_bytes());
            ServerDisconnect::decode(&payload, Some(layout)).map(|decoded| decoded == packet)
        };
        assert_eq!(with_image_at(0), Ok(true));
        assert_eq!(with_image_at(block_len), Ok(true));
        for offset in [-1, block_len + 1, i32::MAX] {
            let len = usize::try_from(block_len).unwrap();
            assert_eq!(
                with_image_at(offset),
                Err(DecodeError::OffsetOutOfRange {
                    field: "image",
                    offset,
                    len
                })
            );
        }
    }
}

#[test]
fn errors_name_the_field_and_the_numbers() {
    for (error, text) in [
        (
            Disconnect::decode(&[0, 2]).unwrap_err(),
            "type is 2, at most 1 is known",
        ),
        (
            Disconnect::decode(&[1, 0, 5, b'a']).unwrap_err(),
            "reason needs 5 bytes, 1 are left",
        ),
        (
            Disconnect::decode(&[1, 0, 1, 0xff]).unwrap_err(),
            "reason is not UTF-8 from byte 0 on",
        ),
        (
            ClientReferral::decode(&[1]).unwrap_err(),
            "head of client_referral needs 9 bytes, 1 are left",
        ),
        (
            ClientReferral::decode(&[1, 9, 0, 0, 0, 255, 255, 255, 255]).unwrap_err(),
            "host_to is at offset 9 of a block of 0 bytes",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
