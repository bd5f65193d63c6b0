//! YAML as values.

use anyhow::{Context as _, anyhow};
use serde_json::Value;

/// Returns all documents of a text; `file` is for the message.
pub(super) fn documents(file: &str, text: &str) -> anyhow::Result<Vec<Value>> {
    serde_saphyr::from_multiple(text)
        .map_err(|error| anyhow!("{error}"))
        .with_context(|| format!("{file} is no YAML"))
}

/// Returns the only document of a text.
pub(super) fn document(file: &str, text: &str) -> anyhow::Result<Value> {
    let mut all = documents(file, text)?;
    match (all.pop(), all.is_empty()) {
        (Some(one), true) => Ok(one),
        _ => Err(anyhow!("{file}: one document was expected")),
    }
}

/// Returns the text at a JSON pointer, empty if there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Returns the list at a JSON pointer, empty if there is none.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Returns all texts anywhere in a value.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
