//! The status that ends a call. `call` says why tonic does not read it.

use http::HeaderMap;

/// The status that ends a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CallStatus {
    /// 0 is OK.
    pub(super) code: i32,
    pub(super) message: String,
}

impl CallStatus {
    pub(super) const OK: i32 = 0;
    pub(super) const CANCELLED: i32 = 1;
    pub(super) const UNKNOWN: i32 = 2;
    pub(super) const DEADLINE_EXCEEDED: i32 = 4;
    pub(super) const UNIMPLEMENTED: i32 = 12;

    /// Reads the status from the headers of a response without a body, or from the trailers. `None` without a status.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let code = headers.get("grpc-status")?.to_str().ok();
        let code = code.and_then(|code| code.parse().ok());
        let message = headers
            .get("grpc-message")
            .map(|value| percent_decoded(value.as_bytes()));
        Some(Self {
            code: code.unwrap_or(Self::UNKNOWN),
            message: message.unwrap_or_default(),
        })
    }
}

/// Decodes a percent-encoded message. Invalid escapes stay as they are, as gRPC's specification of HTTP/2 requires.
fn percent_decoded(mut text: &[u8]) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    while let [first, rest @ ..] = text {
        let escaped = match rest {
            [high, low, rest @ ..] if *first == b'%' => hex(*high)
                .zip(hex(*low))
                .map(|(high, low)| (high << 4 | low, rest)),
            _ => None,
        };
        let (byte, rest) = escaped.unwrap_or((*first, rest));
        decoded.push(byte);
        text = rest;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::CallStatus;

    fn read(headers: &[(&'static str, &'static [u8])]) -> Option<(i32, String)> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_bytes(value).unwrap());
        }
        CallStatus::read(&map).map(|status| (status.code, status.message))
    }

    #[test]
    fn reads_what_servers_write() {
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[("grpc-message", b"lost")]), None);
        assert_eq!(read(&[("grpc-status", b"0")]), Some((0, String::new())));
        for (message, decoded) in [
            (&b"plain text"[..], "plain text"),
            (b"Gr%C3%BC%c3%9fe 100%25", "Grüße 100%"),
            (b"%", "%"),
            (b"%4", "%4"),
            (b"%zz%41", "%zzA"),
            (b"%%41", "%A"),
            (b"%FF", "\u{fffd}"),
        ] {
            let status = read(&[("grpc-status", b"14"), ("grpc-message", message)]);
            assert_eq!(status, Some((14, decoded.into())));
        }
    }

    #[test]
    fn a_text_other_than_a_number_is_the_unknown_status() {
        for code in [&b""[..], b"x", b"99999999999", b"\xff"] {
            assert_eq!(read(&[("grpc-status", code)]), Some((2, String::new())));
        }
    }
}
