//! Bytes as Go writes and reads a `[]byte`: standard base64 with padding, line breaks in it do not count. A list of
//! numbers is read as well.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserializer, Serializer};

/// Go takes stray bits in the last character, so they are taken here too.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

#[expect(
    clippy::ref_option,
    reason = "the signature that serde calls a `with` module by"
)]
pub(crate) fn serialize<S: Serializer>(
    bytes: &Option<Vec<u8>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => serializer.serialize_str(&encode(bytes)),
        None => serializer.serialize_none(),
    }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

pub(crate) fn deserialize<'de, D>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(BytesVisitor)
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Option<Vec<u8>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes as base64, or a list of numbers from 0 to 255")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let decoded = if text.contains(['\r', '\n']) {
            BASE64.decode(text.replace(['\r', '\n'], ""))
        } else {
            BASE64.decode(text)
        };
        decoded
            .map(Some)
            .map_err(|error| E::custom(format_args!("not base64: {error}")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = list.next_element()? {
            bytes.push(byte);
        }
        Ok(Some(bytes))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Holder {
        #[serde(default, with = "super")]
        data: Option<Vec<u8>>,
    }

    fn read(json: &str) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::from_str::<Holder>(json).map(|holder| holder.data)
    }

    #[test]
    fn reads_what_go_reads() {
        for (json, data) in [
            (r#"{"data":"aGk="}"#, Some("hi")),
            (r#"{"data":"a\nGk\r\n="}"#, Some("hi")),
            (r#"{"data":"aG\u006b="}"#, Some("hi")),
            (r#"{"data":"aGl="}"#, Some("hi")),
            (r#"{"data":""}"#, Some("")),
            (r#"{"data":[104,105]}"#, Some("hi")),
            (r#"{"data":[]}"#, Some("")),
            (r#"{"data":null}"#, None),
            ("{}", None),
        ] {
            assert_eq!(
                read(json).unwrap().as_deref(),
                data.map(str::as_bytes),
                "{json}"
            );
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        for json in [
            r#"{"data":"aGk"}"#,
            r#"{"data":"_-8="}"#,
            r#"{"data":"aGk= "}"#,
            r#"{"data":"a"}"#,
            r#"{"data":7}"#,
            r#"{"data":[256]}"#,
            r#"{"data":[-1]}"#,
            r#"{"data":["a"]}"#,
            r#"{"data":{}}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn writes_the_standard_alphabet_with_padding() {
        let holder = Holder {
            data: Some(vec![0xff, 0xef]),
        };
        assert_eq!(
            serde_json::to_string(&holder).unwrap(),
            r#"{"data":"/+8="}"#
        );
    }
}
