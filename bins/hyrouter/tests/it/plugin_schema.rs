//! The JSON Schema of plugins' messages, with a validator in Python.

use std::path::Path;
use std::process::{Command, Stdio};

use hyrouter_testing::peer::python;
use serde_json::{Value, json};

use crate::support::{example_plugin, folder};

/// Validates lines of `[type, message]`. Prints the place of the first error in each, or nothing.
const VALIDATE: &str = r##"
import json, sys
from jsonschema import Draft202012Validator

schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
for line in open(sys.argv[2]):
    name, message = json.loads(line)
    root = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/" + name}
    errors = sorted(Draft202012Validator(root).iter_errors(message), key=lambda error: error.json_path)
    print(errors[0].json_path if errors else "")
"##;

/// The validator, or a line that says that it is missing.
fn has_validator() -> bool {
    let mut command = Command::new(python());
    command
        .args(["-c", "import jsonschema"])
        .stderr(Stdio::null());
    let found = command.status().is_ok_and(|status| status.success());
    assert!(
        found || std::env::var_os("REQUIRE_PEERS").is_none(),
        "Python has no jsonschema; run `cargo xtask test`"
    );
    if !found {
        eprintln!("skipped: Python has no jsonschema");
    }
    found
}

/// Returns the place of the first error of each message; empty if there is none.
fn validate(messages: &[(&str, Value)]) -> Vec<String> {
    let folder = folder();
    let schema = folder.run(&["schema", "--plugin"]);
    assert_eq!(schema.code, Some(0), "{schema:?}");
    let lines = messages
        .iter()
        .map(|(name, message)| format!("{}\n", json!([name, message])));
    let folder = folder
        .file("schema.json", &schema.stdout)
        .file("messages", &lines.collect::<String>())
        .file("validate.py", VALIDATE);
    let output = Command::new(python())
        .args(["validate.py", "schema.json", "messages"].map(|name| folder.path(name)))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let places = String::from_utf8(output.stdout).unwrap();
    places.lines().map(str::to_owned).collect()
}

fn golden(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/plugin-api/tests/golden");
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

#[test]
fn messages_that_travel_are_valid() {
    if !has_validator() {
        return;
    }
    let folder = folder();
    let asked = folder
        .run(&["plugin", "call", "--print-request", "--grpc", "127.0.0.1:1"])
        .json();
    let mut messages = vec![("ConnectRequest", asked)];
    for name in ["full", "nulls", "unknown", "added"] {
        messages.push((
            "ConnectRequest",
            golden(&format!("request_{name}.rust.json")),
        ));
    }
    let file = example_plugin("wasm-plugin.wasm");
    for player in ["Alder", "deny", "VIP_Alder"] {
        let ran = folder.run(&[
            "plugin",
            "call",
            "--json",
            "--wasm",
            &file,
            "--username",
            player,
        ]);
        messages.push(("ConnectResponse", ran.json()["response"].clone()));
    }
    for name in [
        "allow", "deny", "empty", "full", "later", "nulls", "unknown", "wild",
    ] {
        messages.push((
            "ConnectResponse",
            golden(&format!("response_{name}.rust.json")),
        ));
    }
    messages.extend([
        ("ConnectResponse", json!({})),
        (
            "ConnectResponse",
            json!({"backend": {"host": "a", "port": 1}, "unknown": [1]}),
        ),
    ]);
    assert_eq!(
        validate(&messages),
        vec![""; messages.len()],
        "{messages:?}"
    );
}

#[test]
fn wrong_messages_are_not_valid() {
    if !has_validator() {
        return;
    }
    let request = golden("request_added.rust.json");
    let with = |path: &str, value: Value| {
        let mut request = request.clone();
        *request.pointer_mut(path).unwrap() = value;
        ("ConnectRequest", request)
    };
    let without = |name: &str| {
        let mut request = request.clone();
        request.as_object_mut().unwrap().remove(name);
        ("ConnectRequest", request)
    };
    let response = |response| ("ConnectResponse", response);
    let (messages, places): (Vec<_>, Vec<_>) = [
        (without("event"), "$"),
        (without("strategy"), "$"),
        (without("candidates"), "$"),
        (without("selected_index"), "$"),
        (without("backend"), "$"),
        (with("/event", json!({})), "$.event"),
        (with("/selected_index", json!(-2)), "$.selected_index"),
        (
            with("/event/client_type", json!(256)),
            "$.event.client_type",
        ),
        (with("/backend/port", json!(65_536)), "$.backend.port"),
        (
            with("/event/identity", json!({"verified": 1})),
            "$.event.identity.verified",
        ),
        (response(json!({"deny": "yes"})), "$.deny"),
        (response(json!({"deny_reason": 7})), "$.deny_reason"),
        (response(json!({"backend": {"port": 1}})), "$.backend"),
        (
            response(json!({"backend": {"host": "x".repeat(255), "port": 1}})),
            "$.backend.host",
        ),
        (
            response(json!({"backend": {"host": "x", "port": 1, "meta": {"a": 1}}})),
            "$.backend.meta.a",
        ),
        (
            response(json!({"candidates": vec![json!({"host": "x", "port": 1}); 1025]})),
            "$.candidates",
        ),
        (response(json!({"referral_data": [1]})), "$.referral_data"),
        (response(json!([])), "$"),
    ]
    .into_iter()
    .unzip();
    assert_eq!(validate(&messages), places);
}
