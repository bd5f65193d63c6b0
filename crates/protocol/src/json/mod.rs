//! Packets as JSON lines: the form of test vectors, and of tools that look into packets or make them by hand.
//!
//! One line is one JSON object. The kinds are `connect`, `disconnect`, `server_disconnect`, `client_disconnect`,
//! `client_referral` and `frame`. `hex` is a payload without its frame header; for the kind `frame` it is whole frames.
//! A `server_disconnect` has the layout of its message as `generation`: `d2/fm38`, `d3/fm39`, `d4/fm40`, or `dx` if it
//! has no message.
//!
//! ```
//! use hyrouter_protocol::json::decode_line;
//!
//! let answer = decode_line(r#"{"name":"bye","kind":"disconnect","generation":"d1","packet_id":1,"hex":"010002686f"}"#);
//! assert_eq!(answer, r#"{"name":"bye","ok":true,"generation":"d1","fields":{"reason":"ho","type":0}}"#);
//! ```

mod decode;
mod encode;
mod fields;

use serde::Serialize;
use serde_json::Value;

use crate::error::{DecodeError, EncodeError, FrameError};
use crate::formatted::FormattedLayout;

/// Decodes the packet in a line `{name, kind, generation, packet_id, hex}`.
///
/// The answer is `{name, ok: true, generation, fields}` or `{name, ok: false, error}`. For a `connect` the given
/// generation is not used, the answer has the one that was found; for other kinds it is the given one. The fields of
/// kind `frame` are `{packet_id, length}` of each frame; the first must be a Connect by id and length. `packet_id` is
/// ignored: the kind implies it.
///
/// A line that is wrong in any way gives an `ok: false` answer.
#[must_use]
pub fn decode_line(line: &str) -> String {
    answer(line, decode::decode)
}

/// Encodes the packet of a line `{name, kind, generation, fields}` in its canonical form.
///
/// The answer is `{name, ok: true, hex}` or `{name, ok: false, error}`. Kind `frame` cannot be encoded: its fields
/// are without payloads. A line that is wrong in any way gives an `ok: false` answer.
#[must_use]
pub fn encode_line(line: &str) -> String {
    answer(line, encode::encode)
}

/// Result of a valid line.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Success {
    Decoded { generation: Value, fields: Value },
    Encoded { hex: String },
}

/// Error in a line.
#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("not as expected: {0}")]
    Json(#[from] serde_json::Error),
    #[error("there is no frame")]
    NoFrame,
    #[error("hex: {0}")]
    Hex(hex::FromHexError),
    #[error("{0} is missing or not a string")]
    Missing(&'static str),
    #[error("fields are missing or not an object")]
    NoFields,
    #[error("a connect has protocol_hash, or protocol_crc, protocol_build and client_version")]
    NoProtocol,
    #[error("unknown kind {0:?}")]
    UnknownKind(String),
    #[error("{field} has the unknown value {value:?}")]
    UnknownValue { field: &'static str, value: String },
    #[error("frames cannot be encoded")]
    FrameEncode,
    #[error("the last frame is cut off after {left} bytes")]
    CutOff { left: usize },
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    name: Option<&'a str>,
    ok: bool,
    #[serde(flatten)]
    success: Option<Success>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl<'a> Answer<'a> {
    fn failed(name: Option<&'a str>, error: &LineError) -> Self {
        Self {
            name,
            ok: false,
            success: None,
            error: Some(error.to_string()),
        }
    }

    fn to_line(&self) -> String {
        // Strings and numbers always have a JSON form; a caller that wants a line for each line gets one in any case.
        let no_answer = r#"{"name":null,"ok":false,"error":"no answer"}"#;
        serde_json::to_string(self).unwrap_or_else(|_| no_answer.to_owned())
    }
}

/// The members of a line.
#[derive(Debug)]
struct Line(Value);

impl Line {
    fn text(&self, member: &'static str) -> Result<&str, LineError> {
        self.0
            .get(member)
            .and_then(Value::as_str)
            .ok_or(LineError::Missing(member))
    }

    fn get(&self, member: &str) -> Value {
        self.0.get(member).cloned().unwrap_or_default()
    }

    /// The layout of the message of a `server_disconnect`.
    fn layout(&self) -> Result<Option<FormattedLayout>, LineError> {
        match self.text("generation")? {
            "d2/fm38" => Ok(Some(FormattedLayout::Fm38)),
            "d3/fm39" => Ok(Some(FormattedLayout::Fm39)),
            "d4/fm40" => Ok(Some(FormattedLayout::Fm40)),
            "dx" => Ok(None),
            other => Err(LineError::UnknownValue {
                field: "generation",
                value: other.to_owned(),
            }),
        }
    }
}

fn answer(line: &str, work: fn(&Line) -> Result<Success, LineError>) -> String {
    let line = match serde_json::from_str(line) {
        Ok(value) => Line(value),
        Err(error) => return Answer::failed(None, &LineError::Json(error)).to_line(),
    };
    let name = line.text("name").ok();
    match work(&line) {
        Ok(success) => Answer {
            name,
            ok: true,
            success: Some(success),
            error: None,
        }
        .to_line(),
        Err(error) => Answer::failed(name, &error).to_line(),
    }
}
