//! A request as a check sends it.

use std::fmt::Write as _;
use std::sync::Arc;

use hyrouter_plugin_api::ConnectRequest;
use serde_json::Value;

/// A request, its bytes, and its name in differences.
#[derive(Debug, Clone)]
pub(crate) struct SuiteRequest {
    /// Name in differences. Empty if a check has only one request.
    pub(crate) name: String,
    /// The request as the router understands it.
    pub(crate) request: ConnectRequest,
    /// The JSON that the plugin gets.
    pub(crate) json: Arc<[u8]>,
}

impl SuiteRequest {
    /// Returns a request with the JSON of the router.
    pub(crate) fn new(name: impl Into<String>, request: ConnectRequest) -> Self {
        // A request has text keys and numbers only, so it can always be written.
        let json = serde_json::to_vec(&request).unwrap_or_default();
        Self {
            name: name.into(),
            request,
            json: json.into(),
        }
    }

    /// Returns the same request with changed JSON, which means the same to the router.
    pub(crate) fn edited(&self, edit: impl FnOnce(&mut Value)) -> Self {
        let mut json = serde_json::from_slice(&self.json).unwrap_or_default();
        edit(&mut json);
        Self {
            json: json.to_string().into_bytes().into(),
            ..self.clone()
        }
    }

    /// Returns the same request with every character beyond ASCII as `\uXXXX`.
    pub(crate) fn in_ascii(&self) -> Self {
        let text = String::from_utf8_lossy(&self.json);
        let mut json = String::with_capacity(text.len());
        // Beyond ASCII there are only the characters of strings in JSON.
        for character in text.chars() {
            if character.is_ascii() {
                json.push(character);
                continue;
            }
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string never fails.
                let _ = write!(json, "\\u{unit:04x}");
            }
        }
        Self {
            json: json.into_bytes().into(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SuiteRequest;
    use crate::requests::full;

    #[test]
    fn ascii_json_is_the_same_request() {
        let mut request = full();
        request.event.username = Some("Zo\u{eb} \u{1f9d9}\0".to_owned());
        let question = SuiteRequest::new("", request.clone());
        let ascii = question.in_ascii();
        assert!(ascii.json.is_ascii() && ascii.json != question.json);
        let read: hyrouter_plugin_api::ConnectRequest =
            serde_json::from_slice(&ascii.json).unwrap();
        assert_eq!(read, request);
    }
}
