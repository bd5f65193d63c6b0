//! `plugin.proto`, read by protoc.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use hyrouter_testing::peer;

fn golden(prefix: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin-api/tests/golden");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            // Files without a message, with unknown or extreme values on purpose, and with a name that only readers
            // have.
            let is_special = ["nil", "unknown.go", "wild.go", "later.go"]
                .iter()
                .any(|word| name.contains(word));
            name.starts_with(prefix) && name.ends_with(".json") && !is_special
        })
        .collect();
    files.sort();
    files
}

/// Returns the method's path, and each file as protobuf writes it.
fn read(message: &str, files: &[PathBuf]) -> (String, Vec<Value>) {
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/hyrouter/plugin.proto");
    let mut command = Command::new(peer::python());
    command
        .arg(peer::script("proto.py"))
        .arg(proto)
        .arg(message)
        .args(files);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut lines = text.lines();
    let path = lines.next().unwrap().to_owned();
    (
        path,
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

/// Removes values that protobuf does not write, and converts 64-bit numbers from strings.
fn as_protobuf(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key, as_protobuf(value)))
            .filter(|(_, value)| !is_default(value))
            .collect(),
        Value::Array(items) => items.into_iter().map(as_protobuf).collect(),
        Value::String(text) => text.parse::<i64>().map_or(Value::String(text), Value::from),
        value => value,
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

fn check(message: &str, prefix: &str, at_least: usize) {
    let files = golden(prefix);
    assert!(files.len() >= at_least, "{files:?}");
    let (path, read) = read(message, &files);
    assert_eq!(path, "/hyrouter.Plugin/OnConnect");
    assert_eq!(read.len(), files.len());
    for (file, read) in files.iter().zip(read) {
        let text = std::fs::read_to_string(file).unwrap();
        let expected = serde_json::from_str(&text).unwrap();
        assert_eq!(
            as_protobuf(read),
            as_protobuf(expected),
            "{}",
            file.display()
        );
    }
}

#[test]
fn the_proto_has_every_field_of_a_request() {
    check("ConnectRequest", "request_", 6);
}

#[test]
fn the_proto_has_every_field_of_a_response() {
    check("ConnectResponse", "response_", 14);
}
