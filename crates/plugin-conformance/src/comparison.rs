//! Comparison of responses.

use hyrouter_plugin_api::ConnectResponse;
use serde_json::{Map, Value};

use crate::data::{describe, from_base64, value_text};
use crate::difference::Difference;

/// Returns a response as JSON.
pub(crate) fn response_json(response: &ConnectResponse) -> Value {
    // A response has text keys and numbers only, so it can always be written.
    serde_json::to_value(response).unwrap_or_default()
}

/// Compares two responses. Returns one difference for each field.
pub(crate) fn compare(expected: &ConnectResponse, got: &ConnectResponse) -> Vec<Difference> {
    let (expected, got) = (response_json(expected), response_json(got));
    let empty = Map::new();
    let expected = expected.as_object().unwrap_or(&empty);
    let got = got.as_object().unwrap_or(&empty);
    let mut names: Vec<_> = expected.keys().chain(got.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let mut differences = Vec::new();
    for name in names {
        let (expected, got) = (expected.get(name), got.get(name));
        if expected != got {
            let expected = value_text(name, expected);
            differences.push(Difference::new(name, expected, value_text(name, got)));
        }
    }
    differences
}

/// Compares a response with the expected part of one. An expected `null` means absent or empty.
pub(crate) fn compare_part(expected: &Value, got: &ConnectResponse) -> Vec<Difference> {
    let mut differences = Vec::new();
    part("", expected, Some(&response_json(got)), &mut differences);
    differences
}

fn part(path: &str, expected: &Value, got: Option<&Value>, differences: &mut Vec<Difference>) {
    if path == "referral_data" && !expected.is_null() {
        data(expected, got, differences);
        return;
    }
    match (expected, got) {
        (Value::Object(expected), Some(Value::Object(got))) => {
            for (name, expected) in expected {
                part(&below(path, name), expected, got.get(name), differences);
            }
        }
        (Value::Array(expected), Some(Value::Array(got))) if expected.len() == got.len() => {
            for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
                part(&format!("{path}[{at}]"), expected, Some(got), differences);
            }
        }
        (Value::Array(expected), Some(Value::Array(got))) => {
            let counts = (expected.len(), got.len());
            let (expected, got) = (
                format!("{} entries", counts.0),
                format!("{} entries", counts.1),
            );
            differences.push(Difference::new(path, expected, got));
        }
        (Value::Null, got) if is_empty(got) => {}
        (Value::Null, got) => {
            differences.push(Difference::new(path, "nothing", value_text(path, got)));
        }
        (expected, got) if got.is_some_and(|got| is_equal(expected, got)) => {}
        (expected, got) => {
            let expected = value_text(path, Some(expected));
            differences.push(Difference::new(path, expected, value_text(path, got)));
        }
    }
}

/// Compares referral data: with bytes if the expected value is base64, with JSON if it is an object or a list.
fn data(expected: &Value, got: Option<&Value>, differences: &mut Vec<Difference>) {
    const PATH: &str = "referral_data";
    let bytes = got.and_then(Value::as_str).and_then(from_base64);
    if let Value::String(text) = expected {
        if from_base64(text) != bytes {
            let expected = value_text(PATH, Some(expected));
            differences.push(Difference::new(PATH, expected, value_text(PATH, got)));
        }
        return;
    }
    let Some(bytes) = bytes else {
        differences.push(Difference::new(
            PATH,
            format_args!("JSON {expected}"),
            "absent",
        ));
        return;
    };
    if let Ok(json) = serde_json::from_slice(&bytes) {
        // The path is another one, so that a field `referral_data` in the data is not taken for base64.
        part("referral_data (JSON)", expected, Some(&json), differences);
    } else {
        let expected = format!("JSON {expected}");
        differences.push(Difference::new(PATH, expected, describe(&bytes)));
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        Some(Value::Object(fields)) => fields.is_empty(),
        Some(_) => false,
    }
}

/// Returns whether both are the same. `1` is the same as `1.0`, and an object may have more fields than expected only
/// where [`part`] has descended into it.
fn is_equal(expected: &Value, got: &Value) -> bool {
    match (expected.as_f64(), got.as_f64()) {
        (Some(expected), Some(got)) => expected.total_cmp(&got).is_eq(),
        _ => expected == got,
    }
}

#[cfg(test)]
mod tests {
    use hyrouter_plugin_api::{Backend, ConnectResponse};
    use serde_json::{Value, json};

    use super::{compare, compare_part};

    fn response() -> ConnectResponse {
        ConnectResponse {
            candidates: vec![Backend::new("a", 1), Backend::new("b", 2)],
            selected_index: Some(1),
            referral_data: Some(br#"{"lobby": "vip", "party": 12}"#.to_vec()),
            ..ConnectResponse::default()
        }
    }

    fn part(expected: &Value) -> Vec<String> {
        let differences = compare_part(expected, &response());
        differences.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_part_matches() {
        for expected in [
            json!({}),
            json!({"deny": false, "deny_reason": null, "backend": null}),
            json!({"deny": null, "selected_index": 1.0}),
            json!({"candidates": [{"host": "a"}, {"port": 2, "meta": null}]}),
            json!({"referral_data": "eyJsb2JieSI6ICJ2aXAiLCAicGFydHkiOiAxMn0="}),
            json!({"referral_data": {"party": 12}}),
        ] {
            assert_eq!(part(&expected), [""; 0], "{expected}");
        }
    }

    #[test]
    fn a_difference_has_path_expected_and_got() {
        for (expected, difference) in [
            (json!({"deny": true}), "deny: expected true, got false"),
            (
                json!({"deny_reason": "no"}),
                "deny_reason: expected \"no\", got absent",
            ),
            (
                json!({"candidates": [{}, {"host": "c"}]}),
                "candidates[1].host: expected \"c\", got \"b\"",
            ),
            (
                json!({"candidates": [{}]}),
                "candidates: expected 1 entries, got 2 entries",
            ),
            (
                json!({"selected_index": null}),
                "selected_index: expected nothing, got 1",
            ),
            (
                json!({"backend": {"host": "a"}}),
                "backend: expected {\"host\":\"a\"}, got absent",
            ),
            (
                json!({"referral_data": {"lobby": "main"}}),
                "referral_data (JSON).lobby: expected \"main\", got \"vip\"",
            ),
            (
                json!({"referral_data": "aGk="}),
                "referral_data: expected \"aGk=\" (2 bytes \"hi\"), got \"eyJsb2JieSI6ICJ2aXAiLCAicGFydHkiOiAxMn0=\" (29 bytes \"{\\\"lobby\\\": \\\"vip\\\", \\\"party\\\": 12}\")",
            ),
        ] {
            assert_eq!(part(&expected), [difference], "{expected}");
        }
    }

    #[test]
    fn whole_responses_are_compared_by_field() {
        assert_eq!(compare(&response(), &response()), []);
        let other = ConnectResponse {
            selected_index: None,
            ..response()
        };
        let differences = compare(&response(), &other);
        let texts: Vec<_> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["selected_index: expected 1, got absent"]);
    }
}
