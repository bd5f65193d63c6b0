use super::*;

fn varint(bytes: &[u8], strict: bool) -> Result<usize, DecodeError> {
    Reader::new(bytes, strict).varint("x")
}

#[test]
fn varints() {
    let field = "x";
    let bad = Err(DecodeError::BadVarint { field });
    for (bytes, lenient, strict) in [
        (&[0x00][..], Ok(0), Ok(0)),
        (&[0x7f], Ok(127), Ok(127)),
        (&[0x80, 0x01], Ok(128), Ok(128)),
        (
            &[0xff, 0xff, 0xff, 0xff, 0x07],
            Ok(0x7fff_ffff),
            Ok(0x7fff_ffff),
        ),
        (&[0xff, 0xff, 0xff, 0xff, 0x08], bad, bad),
        (&[0x80, 0x80, 0x80, 0x80, 0x10], bad, bad),
        (&[0x80, 0x80, 0x80, 0x80, 0x80, 0x00], bad, bad),
        (
            &[0x85, 0x00],
            Ok(5),
            Err(DecodeError::NonMinimalVarint { field }),
        ),
        (
            &[0x80, 0x80, 0x80, 0x80, 0x00],
            Ok(0),
            Err(DecodeError::NonMinimalVarint { field }),
        ),
    ] {
        assert_eq!(varint(bytes, false), lenient, "{bytes:x?}");
        assert_eq!(varint(bytes, true), strict, "{bytes:x?}");
    }
    assert_eq!(
        varint(&[0x80], false),
        Err(DecodeError::Truncated {
            field,
            needed: 1,
            have: 0
        })
    );
}

#[test]
fn fixed_text_ends_at_the_first_nul_or_at_its_width() {
    let read = |bytes| Reader::new(bytes, true).fixed_ascii("x", 4);
    assert_eq!(read(b"abcdef"), Ok("abcd"));
    assert_eq!(read(b"ab\0\0"), Ok("ab"));
    assert_eq!(read(b"ab\0\xff"), Ok("ab"));
    assert_eq!(read(b"\0\0\0\0"), Ok(""));
    assert_eq!(
        read(b"a\x80\0\0"),
        Err(DecodeError::NotAscii { field: "x", at: 1 })
    );
    assert_eq!(
        read(b"abc"),
        Err(DecodeError::Truncated {
            field: "x",
            needed: 4,
            have: 3
        })
    );
}
