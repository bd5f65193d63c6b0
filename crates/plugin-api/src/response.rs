use serde::{Deserialize, Serialize};

use crate::Backend;
use crate::backend::Answered;
use crate::bounded::BoundedList;
use crate::object::{Object, null_is_default};

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
    selected_index: Option<i64>,
    backend: Option<Answered>,
    #[serde(with = "crate::bytes")]
    referral_data: Option<Vec<u8>>,
    /// The name that later releases of the original Hyrouter have for `referral_data`.
    #[serde(with = "crate::bytes")]
    referral_content: Option<Vec<u8>>,
}

impl From<Object<Fields>> for ConnectResponse {
    fn from(Object(fields): Object<Fields>) -> Self {
        Self {
            deny: fields.deny,
            deny_reason: fields.deny_reason,
            candidates: fields
                .candidates
                .0
                .into_iter()
                .map(|Answered(backend)| backend)
                .collect(),
            selected_index: fields.selected_index,
            backend: fields.backend.map(|Answered(backend)| backend),
            referral_data: fields.referral_data.or(fields.referral_content),
        }
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
        ] {
            let response = read(json).unwrap();
            let expected = data.map(|data| data.as_bytes().to_vec());
            assert_eq!(response.referral_data, expected, "{json}");
            let written = serde_json::to_string(&response).unwrap();
            assert!(!written.contains("referral_content"), "{written}");
        }
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
