use std::fmt::Write as _;

use hyrouter_text::shown;

use super::PluginError;
use crate::response::Read;
use crate::{ConnectResponse, Misnamed};

/// Bytes of an answer that is no JSON which an error quotes.
const QUOTED: usize = 16;

/// What a plugin answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// What it wants to be different.
    pub response: ConnectResponse,
    /// The first eight fields whose names are not exactly those of the contract: they were read in spite of their case,
    /// or ignored.
    pub misnamed: Vec<Misnamed>,
}

impl From<ConnectResponse> for Answer {
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
///
/// [`PluginError::BadResponse`] when it is not a response. The text has the field that is wrong.
pub fn decode_response(json: &[u8]) -> Result<Answer, PluginError> {
    match serde_json::from_slice(json) {
        Ok(Read { response, misnamed }) => Ok(Answer { response, misnamed }),
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
    // Read once more to find the field, which only answers that are wrong cost.
    let mut again = serde_json::Deserializer::from_slice(json);
    let found = serde_path_to_error::deserialize::<_, Read>(&mut again).err();
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
mod tests {
    use super::decode_response;

    #[test]
    fn what_is_wrong_is_said_with_the_field() {
        for (json, problem) in [
            (
                &b""[..],
                "the answer is empty; an answer that changes nothing is {}",
            ),
            (
                b" \n",
                "the answer is empty; an answer that changes nothing is {}",
            ),
            (
                b"\xef\xbb\xbf{}",
                "it begins with a byte order mark, which JSON does not have; write UTF-8 without it",
            ),
            (
                b"\x0a\x05Alder",
                "it is not JSON but begins with the bytes 0a 05 41 6c 64 65 72; is it protobuf? Answers are JSON",
            ),
            (
                b"<html><body>Bad Gateway",
                "it is not JSON, it begins with \"<html><body>Bad \"",
            ),
            (
                b"{\"deny_reason\":\"Gr\xfc\xdfe\"}",
                "it is not UTF-8 at byte 18; JSON is always UTF-8",
            ),
            (
                br#"{"backend":{"host":"a","port":"5520"}}"#,
                "backend.port: invalid type: string \"5520\", expected a whole number from 1 to 65535 at line 1 column 36",
            ),
            (
                br#"{"candidates":[{},{"Weight":0.5}]}"#,
                "candidates[1].Weight: invalid value: floating point `0.5`, expected a whole number from 0 to 4294967295",
            ),
            (
                br#"{"backend":["a",1]}"#,
                "backend: invalid type: sequence, expected an object or null",
            ),
            (
                br#"{"deny":"yes"}"#,
                "deny: invalid type: string \"yes\", expected a boolean",
            ),
            (
                br#"{"referral_data":"_-8="}"#,
                "referral_data: not base64: Invalid symbol 95, offset 0",
            ),
            (
                br#"{"referral_content":[256]}"#,
                "referral_content[0]: invalid value: integer `256`, expected u8",
            ),
            (
                b"[true]",
                "invalid type: sequence, expected an object or null",
            ),
            (b"{", "EOF while parsing an object at line 1 column 1"),
        ] {
            let error = decode_response(json).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("bad response: {problem}")),
                "{error}"
            );
        }
    }

    #[test]
    fn names_that_are_not_exact_are_told() {
        for (json, told) in [
            (r#"{"deny":true}"#, &[][..]),
            (r#"{"Deny":true}"#, &[r#"field "Deny" was read as "deny""#]),
            (
                r#"{"denyReason":"no","reason":"no"}"#,
                &[
                    r#"unknown field "denyReason" was ignored; did you mean "deny_reason"?"#,
                    r#"unknown field "reason" was ignored; did you mean "deny_reason"?"#,
                ],
            ),
            (
                r#"{"denied":true}"#,
                &[r#"unknown field "denied" was ignored; did you mean "deny"?"#],
            ),
            (
                r#"{"response":{"deny":true}}"#,
                &[
                    r#"unknown field "response" was ignored; the fields of an answer stand at its top level"#,
                ],
            ),
            (
                r#"{"newer":1,"backend":{"hostname":"a"},"candidates":[{},{"Port":1}]}"#,
                &[
                    r#"unknown field "newer" was ignored"#,
                    r#"unknown field "backend.hostname" was ignored; did you mean "host"?"#,
                    r#"field "candidates[1].Port" was read as "port""#,
                ],
            ),
            (
                r#"{"a\n\u202e":1}"#,
                &[r#"unknown field "a\n\u{202e}" was ignored"#],
            ),
            (r#"{"backend":{"meta":{"Host":"free"}}}"#, &[]),
        ] {
            let answer = decode_response(json.as_bytes()).unwrap();
            let misnamed: Vec<_> = answer.misnamed.iter().map(ToString::to_string).collect();
            assert_eq!(misnamed, told, "{json}");
        }
    }

    /// Each `{"x":0},` of a megabyte would be remembered otherwise.
    #[test]
    fn few_names_are_remembered() {
        let strange: Vec<_> = (0..1000)
            .map(|n| format!(r#""{}{n}":0"#, "€".repeat(100)))
            .collect();
        let object = format!("{{{}}}", strange.join(","));
        let json = format!(r#"{{"candidates":[{object},{object}],"backend":{object}}}"#);
        let misnamed = decode_response(json.as_bytes()).unwrap().misnamed;
        assert_eq!(misnamed.len(), 8);
        assert!(misnamed.iter().all(|field| field.field().len() < 100));
    }
}
