use serde::{Deserialize, Deserializer, Serialize};

use crate::Backend;
use crate::backend::Answered;
use crate::bounded::BoundedList;
use crate::misnamed::{MAX_MISNAMED, Misnamed};
use crate::object::{Named, Object, null_is_default};
use crate::whole::whole;

/// Maximum number of candidates in an answer.
pub const MAX_CANDIDATES: usize = 1024;

/// What a plugin wants to be different. The default changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Object<Fields>")]
pub struct ConnectResponse {
    /// The player gets no backend; nothing else of the response counts and no later plugin is asked.
    pub deny: bool,
    /// What a denied player reads. `None` or empty: a goodbye without words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deny_reason: Option<String>,
    /// Replaces the candidates; empty changes nothing. An answer with more than [`MAX_CANDIDATES`], or with more than
    /// [`MAX_META`](crate::MAX_META) entries in the `meta` of one of its backends, is not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Backend>,
    /// Chooses this one of the candidates, from 0. One outside the list is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected_index: Option<i64>,
    /// Chooses this backend, whether it is a candidate or not. Without a host or port it is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<Backend>,
    /// Replaces what the player's client will carry to the backend, also by nothing; `None` leaves it.
    #[serde(with = "crate::bytes", skip_serializing_if = "Option::is_none")]
    pub referral_data: Option<Vec<u8>>,
}

impl ConnectResponse {
    /// Turns the player away with a text to read.
    pub fn deny(reason: impl Into<String>) -> Self {
        Self {
            deny: true,
            deny_reason: Some(reason.into()),
            ..Self::default()
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    #[serde(deserialize_with = "null_is_default")]
    deny: bool,
    deny_reason: Option<String>,
    #[serde(deserialize_with = "null_is_default")]
    candidates: BoundedList<Answered, MAX_CANDIDATES>,
    #[serde(deserialize_with = "index")]
    selected_index: Option<i64>,
    backend: Option<Answered>,
    #[serde(deserialize_with = "crate::bytes::deserialize")]
    referral_data: Option<Vec<u8>>,
    /// The name that later releases of the original Hyrouter have for `referral_data`.
    #[serde(deserialize_with = "crate::bytes::deserialize")]
    referral_content: Option<Vec<u8>>,
}

impl Named for Fields {
    const NAMES: &'static [&'static str] = &[
        "deny",
        "deny_reason",
        "candidates",
        "selected_index",
        "backend",
        "referral_data",
        "referral_content",
    ];
}

fn index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    whole(deserializer, "a whole number")
}

impl From<Object<Fields>> for ConnectResponse {
    fn from(fields: Object<Fields>) -> Self {
        Read::from(fields).response
    }
}

/// A response and the first of its fields whose names are not exactly those of the contract.
#[derive(Deserialize)]
#[serde(from = "Object<Fields>")]
pub(crate) struct Read {
    pub(crate) response: ConnectResponse,
    pub(crate) misnamed: Vec<Misnamed>,
}

impl From<Object<Fields>> for Read {
    fn from(Object { value, misnamed }: Object<Fields>) -> Self {
        let mut read = Self {
            response: ConnectResponse {
                deny: value.deny,
                deny_reason: value.deny_reason,
                candidates: Vec::with_capacity(value.candidates.0.len()),
                selected_index: value.selected_index,
                backend: None,
                referral_data: value.referral_data.or(value.referral_content),
            },
            misnamed,
        };
        if let Some(answered) = value.backend {
            let backend = read.take(answered, || "backend.".to_owned());
            read.response.backend = Some(backend);
        }
        for (place, answered) in value.candidates.0.into_iter().enumerate() {
            let backend = read.take(answered, || format!("candidates[{place}]."));
            read.response.candidates.push(backend);
        }
        read
    }
}

impl Read {
    fn take(&mut self, answered: Answered, place: impl Fn() -> String) -> Backend {
        let left = MAX_MISNAMED.saturating_sub(self.misnamed.len());
        let misnamed = answered.misnamed.into_iter().take(left);
        self.misnamed
            .extend(misnamed.map(|field| field.at(&place())));
        answered.backend
    }
}

#[cfg(test)]
mod tests {
    use super::ConnectResponse;

    fn read(json: &str) -> Result<ConnectResponse, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn null_absent_and_empty_change_nothing() {
        for json in [
            "null",
            "{}",
            r#"{"deny":false}"#,
            r#"{"deny":null,"deny_reason":null,"candidates":null,"selected_index":null,"backend":null,"referral_data":null,"referral_content":null}"#,
            r#"{"candidates":[],"something_newer":{"deep":[1,2,{}]}}"#,
        ] {
            assert_eq!(read(json), Ok(ConnectResponse::default()), "{json}");
        }
    }

    #[test]
    fn referral_data_wins_over_its_later_name() {
        for (json, data) in [
            (r#"{"referral_content":"bmV3"}"#, Some("new")),
            (
                r#"{"referral_content":"bmV3","referral_data":"b2xk"}"#,
                Some("old"),
            ),
            (
                r#"{"referral_data":"b2xk","referral_content":"bmV3"}"#,
                Some("old"),
            ),
            (
                r#"{"referral_data":"","referral_content":"bmV3"}"#,
                Some(""),
            ),
            (
                r#"{"referral_data":null,"referral_content":"bmV3"}"#,
                Some("new"),
            ),
            (r#"{"referral_content":""}"#, Some("")),
            (r#"{"referral_content":[110,101,119]}"#, Some("new")),
            (r#"{"referral_data":[]}"#, Some("")),
        ] {
            let response = read(json).unwrap();
            let expected = data.map(|data| data.as_bytes().to_vec());
            assert_eq!(response.referral_data, expected, "{json}");
            let written = serde_json::to_string(&response).unwrap();
            assert!(!written.contains("referral_content"), "{written}");
        }
    }

    /// As Go reads them. A name that is missing in `NAMES` would not be read in another case.
    #[test]
    fn names_are_read_in_any_case() {
        let exact = r#"{"deny_reason":"no","candidates":[{"host":"a","port":1}],"selected_index":0,"backend":{"host":"b","port":2,"weight":3,"meta":{"Region":"eu"}},"referral_content":"aGk="}"#;
        let upper = r#"{"DENY_REASON":"no","Candidates":[{"HOST":"a","Port":1}],"Selected_Index":0.0,"BACKEND":{"Host":"b","PORT":2.0,"Weight":3,"META":{"Region":"eu"}},"Referral_Content":"aGk="}"#;
        assert_eq!(read(upper), read(exact));
        assert_eq!(read(r#"{"Deny":true}"#), read(r#"{"deny":true}"#));
        assert_eq!(
            read(r#"{"REFERRAL_DATA":"aGk="}"#),
            read(r#"{"referral_data":"aGk="}"#)
        );
    }

    #[test]
    fn lists_and_maps_are_counted() {
        let list = |count| format!(r#"{{"candidates":[{}]}}"#, vec!["{}"; count].join(","));
        let meta = |count| {
            let entries: Vec<_> = (0..count).map(|n| format!(r#""{n}":"""#)).collect();
            format!(r#"{{"meta":{{{}}}}}"#, entries.join(","))
        };
        let candidate = |count| format!(r#"{{"candidates":[{{}},{}]}}"#, meta(count));
        let backend = |count| format!(r#"{{"backend":{}}}"#, meta(count));
        let full = vec![meta(64); 1024].join(",");
        let full = format!(r#"{{"candidates":[{full}]}}"#);
        for json in [list(1024), candidate(64), backend(64), full] {
            assert!(read(&json).is_ok());
        }
        let same = vec![r#""a":"""#; 65].join(",");
        let same = format!(r#"{{"backend":{{"meta":{{{same}}}}}}}"#);
        for (json, max) in [
            (list(1025), 1024),
            (list(349_000), 1024),
            (candidate(65), 64),
            (backend(65), 64),
            (same, 64),
        ] {
            let error = read(&json).unwrap_err();
            let start = format!("more than {max} entries at line 1 column ");
            assert!(error.starts_with(&start), "{error}");
        }
    }

    /// The list of a request is the router's own: it has as many backends as the pool.
    #[test]
    fn requests_are_not_counted() {
        let json = format!(r#"{{"candidates":[{}]}}"#, vec!["{}"; 3000].join(","));
        let request: crate::ConnectRequest = serde_json::from_str(&json).unwrap();
        assert_eq!(request.candidates.len(), 3000);
    }

    #[test]
    fn what_is_no_response_is_refused() {
        for json in [
            "",
            "[]",
            "[true]",
            "true",
            "7",
            r#""deny""#,
            "{",
            "{}{}",
            r#"{"deny":"yes"}"#,
            r#"{"deny":1}"#,
            r#"{"selected_index":"0"}"#,
            r#"{"selected_index":0.5}"#,
            r#"{"deny":true,"Deny":false}"#,
            r#"{"deny":true,"deny":true}"#,
            r#"{"selected_index":9223372036854775808}"#,
            r#"{"candidates":{}}"#,
            r#"{"candidates":["10.0.0.1:5520"]}"#,
            r#"{"backend":["10.0.0.1",5520]}"#,
            r#"{"referral_data":"aGk"}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
