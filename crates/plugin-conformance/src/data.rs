//! Referral data and JSON values, for people.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Maximum number of bytes of data that are not text and that are shown.
const MAX_SHOWN: usize = 48;

/// Decodes standard base64 with padding.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Encodes in standard base64 with padding.
pub(crate) fn to_base64(data: &[u8]) -> String {
    STANDARD.encode(data)
}

/// Describes referral data: as text if it is text, else in hexadecimal.
pub(crate) fn describe(data: &[u8]) -> String {
    let len = data.len();
    let is_printable = |text: &&str| !text.chars().any(char::is_control);
    if let Some(text) = std::str::from_utf8(data).ok().filter(is_printable) {
        return format!("{len} bytes {text:?}");
    }
    let mut shown = format!("{len} bytes ");
    for byte in data.iter().take(MAX_SHOWN) {
        // Writing to a string never fails.
        let _ = write!(shown, "{byte:02x}");
    }
    if len > MAX_SHOWN {
        shown.push('…');
    }
    shown
}

/// Describes a value of a response at a path. Referral data is shown as text too.
pub(crate) fn value_text(path: &str, value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "absent".to_owned();
    };
    let data = value.as_str().filter(|_| path == "referral_data");
    match data.and_then(from_base64) {
        Some(data) => format!("{value} ({})", describe(&data)),
        None => value.to_string(),
    }
}
