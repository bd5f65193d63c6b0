//! The shared test vectors, through the JSON form and so through every decoder and encoder.

use hyrouter_protocol::json::{decode_line, encode_line};
use serde_json::Value;

/// Notes of lines that decode although no encoder would write them.
const NOT_CANONICAL: [&str; 4] = [
    "undefined null bits are ignored",
    "unused bytes between fields",
    "non-ascending offsets are legal before build 208",
    "null bit clear: the slot value must be ignored",
];

fn vectors() -> Vec<Value> {
    let lines: Vec<Value> = include_str!("../vectors.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 244);
    lines
}

fn run(work: fn(&str) -> String, line: &Value) -> Value {
    let answer: Value = serde_json::from_str(&work(&line.to_string())).unwrap();
    assert_eq!(answer["name"], line["name"]);
    answer
}

#[test]
fn every_line_decodes_as_expected() {
    for line in vectors() {
        let answer = run(decode_line, &line);
        let name = &line["name"];
        match line["expect"].as_str().unwrap() {
            "ok" => assert_eq!(answer["ok"], true, "{name}: {answer}"),
            "error" => assert_eq!(answer["ok"], false, "{name}: {answer}"),
            _ => {}
        }
        if answer["ok"] == true {
            assert_eq!(answer["generation"], line["generation"], "{name}");
            if line["expect"] == "ok" || !line["fields"].is_null() {
                assert_eq!(answer["fields"], line["fields"], "{name}");
            }
        } else {
            assert!(
                answer["error"]
                    .as_str()
                    .is_some_and(|error| !error.is_empty()),
                "{name}"
            );
        }
    }
}

#[test]
fn every_canonical_line_encodes_byte_for_byte() {
    let mut encoded = 0;
    for line in vectors() {
        let note = line["note"].as_str().unwrap_or_default();
        if line["expect"] != "ok" || line["kind"] == "frame" || NOT_CANONICAL.contains(&note) {
            continue;
        }
        let answer = run(encode_line, &line);
        assert_eq!(
            answer["hex"], line["hex"],
            "{}: {}",
            line["name"], answer["error"]
        );
        encoded += 1;
    }
    assert_eq!(encoded, 74);
}

#[test]
fn a_bad_line_to_decode_is_answered_and_not_more() {
    assert_refused(
        decode_line,
        &[
            ("", "EOF"),
            ("{", "EOF"),
            ("[1]", "kind is missing"),
            (r#"{"name":"a","hex":"00"}"#, "kind is missing"),
            (r#"{"name":"a","kind":"connect"}"#, "hex is missing"),
            (
                r#"{"name":"a","kind":"connect","hex":7}"#,
                "hex is missing or not a string",
            ),
            (r#"{"name":"a","kind":"connect","hex":"0"}"#, "hex: "),
            (r#"{"name":"a","kind":"connect","hex":"zz"}"#, "hex: "),
            (
                r#"{"name":"a","kind":"ping","hex":"00"}"#,
                "unknown kind \"ping\"",
            ),
            (
                r#"{"kind":"server_disconnect","hex":"0000"}"#,
                "generation is missing",
            ),
            (
                r#"{"kind":"server_disconnect","generation":"d9","hex":"0000"}"#,
                "\"d9\"",
            ),
            (
                r#"{"kind":"server_disconnect","generation":"dx","hex":"0100"}"#,
                "layout",
            ),
            (r#"{"kind":"frame","hex":""}"#, "no frame"),
            (r#"{"kind":"frame","hex":"0100000000000000"}"#, "cut off"),
            (
                r#"{"kind":"frame","hex":"1295000000000000"}"#,
                "at most 38161",
            ),
        ],
    );
}

#[test]
fn a_bad_line_to_encode_is_answered_and_not_more() {
    assert_refused(
        encode_line,
        &[
            ("", "EOF"),
            (
                r#"{"name":"a","kind":"ping","fields":{}}"#,
                "unknown kind \"ping\"",
            ),
            (
                r#"{"name":"a","kind":"connect","generation":"g4"}"#,
                "fields are missing",
            ),
            (
                r#"{"name":"a","kind":"connect","generation":"g4","fields":{}}"#,
                "client_type",
            ),
            (
                r#"{"kind":"connect","generation":"g5","fields":{"client_type":0}}"#,
                "\"g5\"",
            ),
            (
                r#"{"kind":"connect","generation":"g4","fields":{"client_type":0}}"#,
                "protocol_hash",
            ),
            (r#"{"kind":"disconnect","fields":{"type":2}}"#, "type"),
            (
                r#"{"kind":"disconnect","fields":{"type":0,"why":"x"}}"#,
                "why",
            ),
            (
                r#"{"kind":"client_disconnect","fields":{"reason":4,"type":0}}"#,
                "reason",
            ),
            (
                r#"{"kind":"client_referral","fields":{"data":"xyz"}}"#,
                "not as expected",
            ),
            (
                r#"{"kind":"frame","fields":{}}"#,
                "frames cannot be encoded",
            ),
            (
                r#"{"kind":"server_disconnect","generation":"dx","fields":{"reason":"x","type":0}}"#,
                "layout",
            ),
        ],
    );
}

fn assert_refused(work: fn(&str) -> String, lines: &[(&str, &str)]) {
    for (line, error) in lines {
        let answer: Value = serde_json::from_str(&work(line)).unwrap();
        let name = if line.contains(r#""name":"a""#) {
            "a".into()
        } else {
            Value::Null
        };
        assert_eq!(
            (&answer["name"], &answer["ok"]),
            (&name, &Value::Bool(false)),
            "{line}"
        );
        assert!(
            answer["error"].as_str().unwrap().contains(error),
            "{line}: {answer}"
        );
    }
}

#[test]
fn a_message_may_name_a_translated_text() {
    let line = r#"{"name":"m","kind":"server_disconnect","generation":"d3/fm39","fields":{"reason":null,"message_id":"server.full","type":0}}"#;
    let encoded: Value = serde_json::from_str(&encode_line(line)).unwrap();
    let mut back: Value = serde_json::from_str(line).unwrap();
    back["hex"] = encoded["hex"].clone();
    assert_eq!(run(decode_line, &back)["fields"], back["fields"]);
}
