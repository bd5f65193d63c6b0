//! Bytes as Go writes and reads a `[]byte`: standard base64 with padding, line breaks in it do not count.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

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
        Some(bytes) => serializer.serialize_str(&BASE64.encode(bytes)),
        None => serializer.serialize_none(),
    }
}

pub(crate) fn deserialize<'de, D>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error>
where
    D: Deserializer<'de>,
{
    let Some(Text(text)) = Option::deserialize(deserializer)? else {
        return Ok(None);
    };
    let text = if text.contains(['\r', '\n']) {
        Cow::Owned(text.replace(['\r', '\n'], ""))
    } else {
        text
    };
    BASE64
        .decode(text.as_bytes())
        .map(Some)
        .map_err(|error| D::Error::custom(format_args!("not base64: {error}")))
}

/// Borrowed from the input where the JSON has no escapes in it.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

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
