use std::fs;

use serde_json::{Value, json};

use super::PluginCase;
use super::read::parse;
use crate::requests::example_request;

fn request(changes: &Value) -> Value {
    let case = json!({"request": changes, "effect": "unchanged"});
    let case = parse("a", &case.to_string()).unwrap_or_else(|problem| panic!("{problem:?}"));
    serde_json::from_slice(&case.question.json).unwrap()
}

fn problem(case: &Value) -> String {
    let problem = parse("a", &case.to_string()).unwrap_err();
    problem.in_file("cases/a.json".as_ref()).to_string()
}

#[test]
fn a_request_is_the_example_with_changes() {
    let example = serde_json::to_value(example_request()).unwrap();
    assert_eq!(request(&json!({})), example);
    let changed = request(&json!({
        "event": {"username": "Griefer", "language": null, "identity": {"verified": true}},
        "candidates": [{"host": "a", "port": 1, "meta": {"any": "key"}}],
    }));
    assert_eq!(changed["event"]["username"], "Griefer");
    assert!(changed["event"].get("language").is_none());
    assert_eq!(changed["event"]["identity"], json!({"verified": true}));
    assert_eq!(changed["event"]["uuid"], example["event"]["uuid"]);
    // As the router would send it.
    assert_eq!(changed["backend"], changed["candidates"][0]);
    let none = request(&json!({"candidates": []}));
    assert_eq!(
        (&none["selected_index"], &none["backend"]["port"]),
        (&json!(-1), &json!(0))
    );
    let second = request(&json!({"selected_index": 1}));
    assert_eq!(second["backend"]["host"], "10.0.0.2");
    let data = request(&json!({"referral_data": "aGk="}));
    assert_eq!(data["referral_content"], "aGk=");
}

#[test]
fn a_wrong_case_is_refused_with_file_key_and_what_is_allowed() {
    for (case, message) in [
        (
            json!([]),
            "cases/a.json: not an object; a case is an object",
        ),
        (
            json!({}),
            "cases/a.json: expects nothing; add `response`, `effect` or `error`",
        ),
        (
            json!({"expected": {}}),
            "cases/a.json: expected: unknown key, allowed: description, config, request, response, effect, error",
        ),
        (
            json!({"effect": "deny"}),
            "cases/a.json: effect: \"deny\" is unknown, allowed: unchanged, changed, denied",
        ),
        (
            json!({"error": "crash"}),
            "cases/a.json: error: \"crash\" is unknown, allowed: timeout, unreachable, transport, status, trap, bad_pointer, bad_response, oversize, panic, config_refused",
        ),
        (
            json!({"error": "trap", "effect": "denied"}),
            "cases/a.json: error: a call that fails has no `response` and no `effect`; remove one of them",
        ),
        (
            json!({"response": {"denied": true}}),
            "cases/a.json: response.denied: unknown key, allowed: deny, deny_reason, candidates, selected_index, backend, referral_data, cache_ttl, cache_key",
        ),
        (
            json!({"response": {"candidates": [{"ip": "a"}]}}),
            "cases/a.json: response.candidates[0].ip: unknown key, allowed: host, port, weight, meta",
        ),
        (
            json!({"response": {"deny": "yes"}}),
            "cases/a.json: response.deny: invalid type: string \"yes\", expected a boolean",
        ),
        (
            json!({"response": {"referral_data": "hi"}}),
            "cases/a.json: response.referral_data: not base64: ",
        ),
        (
            json!({"effect": "denied", "request": {"event": {"usrname": "a"}}}),
            "cases/a.json: request.event.usrname: unknown key, allowed: alpn, client_cert_fingerprint, ",
        ),
        (
            json!({"effect": "denied", "request": {"event": {"identity": {"name": "a"}}}}),
            "cases/a.json: request.event.identity.name: unknown key, allowed: expires_at, issuer, subject, username, verified",
        ),
        (
            json!({"effect": "denied", "request": {"candidates": [{"host": "a", "port": 70000}]}}),
            "cases/a.json: request.candidates[0].port: 70000 is not a value of this field",
        ),
        (
            json!({"effect": "denied", "request": {"event": {"client_type": "game"}}}),
            "cases/a.json: request: invalid type: string \"game\"",
        ),
        (
            json!({"effect": "denied", "request": 7}),
            "cases/a.json: request: 7 is not an object",
        ),
    ] {
        let found = problem(&case);
        assert!(found.starts_with(message), "{case}:\n{found}\n{message}");
    }
}

#[test]
fn a_folder_is_read_in_order_and_all_wrong_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let errors = PluginCase::read_folder(folder.path()).unwrap_err();
    assert!(
        errors[0].to_string().contains("no file ends with .json"),
        "{errors:?}"
    );
    write("b.json", r#"{"effect": "denied", "description": "x"}"#);
    write("a.json", r#"{"effect": "unchanged"}"#);
    write("README.md", "none");
    let cases = PluginCase::read_folder(folder.path()).unwrap();
    let names: Vec<_> = cases.iter().map(PluginCase::name).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(cases[1].description(), "x");
    write("c.json", "{");
    write("d.json", "{}");
    let errors = PluginCase::read_folder(folder.path()).unwrap_err();
    assert_eq!(errors.len(), 2);
    assert!(
        errors[0].to_string().contains("c.json: not JSON: EOF"),
        "{errors:?}"
    );
    let missing = PluginCase::read_folder(&folder.path().join("none")).unwrap_err();
    assert!(
        missing[0].to_string().contains("No such file"),
        "{missing:?}"
    );
}
