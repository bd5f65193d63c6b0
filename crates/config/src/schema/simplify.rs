use serde_json::{Map, Value};

/// Removes details of Rust's types that readers do not need: `null` beside the type of an optional value, widths of
/// integers (bounds are equivalent), and defaults that are empty or repeat a whole section.
pub(super) fn simplify(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = schema.get("type")
        && let Some(one) = types.iter().find(|kind| *kind != "null").cloned()
    {
        schema.insert("type".to_owned(), one);
    }
    if let Some(reference) = nullable_reference(schema) {
        schema.remove("anyOf");
        schema.insert("$ref".to_owned(), reference);
    }
    let width = schema
        .get("format")
        .and_then(Value::as_str)
        .and_then(|format| format.strip_prefix("uint"));
    if let Some(bits) = width.map(str::to_owned) {
        schema.remove("format");
        if bits == "32" {
            schema.entry("maximum").or_insert(u32::MAX.into());
        }
    }
    if schema.get("default").is_some_and(is_trivial_default) {
        schema.remove("default");
    }
    for key in required_of(schema) {
        let property = schema
            .get_mut("properties")
            .and_then(|properties| properties.get_mut(&key));
        if let Some(property) = property.and_then(Value::as_object_mut) {
            property.remove("default");
        }
    }
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(simplify);
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(nested) = schema.get_mut(keyword) {
            simplify(nested);
        }
    }
}

/// Returns the `$ref` of `anyOf: [{$ref}, {type: null}]`.
fn nullable_reference(schema: &Map<String, Value>) -> Option<Value> {
    let choices = schema.get("anyOf")?.as_array()?;
    choices
        .iter()
        .find_map(|choice| choice.get("$ref"))
        .cloned()
}

/// Returns whether a default is empty, so that the reference does not show it.
fn is_trivial_default(default: &Value) -> bool {
    match default {
        Value::Null | Value::Object(_) => true,
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn required_of(schema: &Map<String, Value>) -> Vec<String> {
    let list = schema.get("required").and_then(Value::as_array);
    let keys = list.into_iter().flatten().filter_map(Value::as_str);
    keys.map(str::to_owned).collect()
}
