use std::fmt::Write as _;

use hyrouter_text::shown;

use super::PluginError;
use crate::connect_response::LenientResponse;
use crate::{ConnectResponse, MisnamedField};

/// Number of bytes that an error quotes of an answer that is not JSON.
const QUOTED: usize = 16;

/// Answer of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PluginAnswer {
    /// Changes that the plugin makes.
    pub response: ConnectResponse,
    /// First 8 fields whose names are not exactly those of the contract: read in spite of their case, or ignored.
    pub misnamed: Vec<MisnamedField>,
}

impl From<ConnectResponse> for PluginAnswer {
    fn from(response: ConnectResponse) -> Self {
        Self {
            response,
            misnamed: Vec::new(),
        }
    }
}

/// Reads the JSON that a plugin answered with.
///
/// # Errors
/// [`PluginError::BadResponse`] if it is not a response. The text names the wrong field.
pub fn decode_response(json: &[u8]) -> Result<PluginAnswer, PluginError> {
    match serde_json::from_slice(json) {
        Ok(LenientResponse { response, misnamed }) => Ok(PluginAnswer { response, misnamed }),
        Err(error) => Err(PluginError::bad_response(problem(json, &error))),
    }
}

/// Describes a wrong answer to the author of the plugin.
fn problem(json: &[u8], error: &serde_json::Error) -> String {
    let blank = json.iter().take_while(|byte| byte.is_ascii_whitespace());
    let start = json.get(blank.count()..).unwrap_or_default();
    let Some(first) = start.first() else {
        return "the answer is empty; an answer that changes nothing is {}".to_owned();
    };
    if start.starts_with("\u{feff}".as_bytes()) {
        return "it begins with a byte order mark, which JSON does not have; write UTF-8 without it"
            .to_owned();
    }
    if !b"{[\"-0123456789tfn".contains(first) {
        return no_json(json);
    }
    if let Err(error) = std::str::from_utf8(json) {
        let place = error.valid_up_to();
        return format!("it is not UTF-8 at byte {place}; JSON is always UTF-8");
    }
    // Parsed a second time to find the field. Only invalid answers pay for this.
    let mut again = serde_json::Deserializer::from_slice(json);
    let found = serde_path_to_error::deserialize::<_, LenientResponse>(&mut again).err();
    match found.map(|found| found.path().to_string()) {
        // Dots and question marks alone stand for what has no name yet.
        Some(path) if path.contains(|c| c != '.' && c != '?') => {
            format!("{}: {error}", shown(path))
        }
        _ => error.to_string(),
    }
}

fn no_json(json: &[u8]) -> String {
    let quoted = json.get(..QUOTED).unwrap_or(json);
    let is_binary = |c: char| c.is_control() && !c.is_whitespace();
    if let Ok(text) = std::str::from_utf8(quoted)
        && !text.contains(is_binary)
    {
        return format!("it is not JSON, it begins with {text:?}");
    }
    let mut bytes = String::new();
    for byte in quoted {
        let _ = write!(bytes, " {byte:02x}");
    }
    format!("it is not JSON but begins with the bytes{bytes}; is it protobuf? Answers are JSON")
}

#[cfg(test)]
mod tests;
