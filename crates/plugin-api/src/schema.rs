//! The JSON Schema of request and response: of the JSON that travels, in a form that generators of types read.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Map, Value, json};

use crate::{ConnectRequest, ConnectResponse};

/// Returns the JSON Schema (draft 2020-12) of [`ConnectRequest`] and [`ConnectResponse`].
///
/// The root describes one call, an object of `request` and `response`; `$defs` has each type by its name. Unknown
/// fields are allowed. The schema is stricter than the router, so that generated types are simple: of a response the
/// router also reads `null` for an absent field, and ports, weights and indexes outside their range.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let request = generator.subschema_for::<ConnectRequest>();
    let response = generator.subschema_for::<ConnectResponse>();
    let mut definitions = generator.take_definitions(true);
    for (name, definition) in &mut definitions {
        simplify(definition);
        if let Some(definition) = definition.as_object_mut() {
            definition.insert("title".to_owned(), name.as_str().into());
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "PluginCall",
        "description": "One call of a Hyrouter plugin: the router sends the request, and the plugin answers with the \
            response. Ignore unknown fields. In a response, null is the same as an absent field.",
        "type": "object",
        "required": ["request", "response"],
        "properties": { "request": request, "response": response },
        "$defs": definitions,
    })
}

/// Bytes in JSON.
#[derive(Debug)]
pub(crate) struct Base64;

impl JsonSchema for Base64 {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Base64".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "contentEncoding": "base64" })
    }
}

/// A backend of a response may lack its weight and its facts. Requests have them always.
pub(crate) fn needs_an_address(schema: &mut Schema) {
    schema.insert("required".to_owned(), json!(["host", "port"]));
}

/// Requests have the referral data under two names.
pub(crate) fn has_both_names(schema: &mut Schema) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    if let Some(properties) = properties
        && let Some(mut data) = properties.get("referral_data").cloned()
    {
        let description = "The same as `referral_data`, under its name in later releases of the original Hyrouter.";
        if let Some(data) = data.as_object_mut() {
            data.insert("description".to_owned(), description.into());
        }
        properties.insert("referral_content".to_owned(), data);
    }
}

pub(crate) fn requires_nothing(schema: &mut Schema) {
    schema.remove("required");
}

/// Removes details of Rust's types: `null` beside the type of an optional value, widths of integers (bounds are
/// equivalent) and defaults. Moves the description of a reference into that of the type: generators make a second type
/// of a reference with a description.
fn simplify(definition: &mut Value) {
    let Some(definition) = definition.as_object_mut() else {
        return;
    };
    let mut moved = String::new();
    let properties = definition
        .get_mut("properties")
        .and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        let Some(property) = property.as_object_mut() else {
            continue;
        };
        simplify_property(property);
        let reference = property.get("$ref").cloned();
        if let Some(Value::String(text)) = property.get("description") {
            let text = plain(text);
            if let Some(reference) = reference {
                moved.extend(["\n\n`", name, "`: ", &text]);
                *property = Map::from_iter([("$ref".to_owned(), reference)]);
            } else {
                property.insert("description".to_owned(), text.into());
            }
        }
    }
    if let Some(Value::String(text)) = definition.get("description") {
        let text = plain(text) + &moved;
        definition.insert("description".to_owned(), text.into());
    }
}

fn simplify_property(property: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = property.get("type")
        && let Some(one) = types.iter().find(|kind| *kind != "null").cloned()
    {
        property.insert("type".to_owned(), one);
    }
    if let Some(Value::Array(choices)) = property.get("anyOf")
        && let Some(reference) = choices
            .iter()
            .find_map(|choice| choice.get("$ref"))
            .cloned()
    {
        property.remove("anyOf");
        property.insert("$ref".to_owned(), reference);
    }
    property.remove("default");
    if let Some(Value::String(format)) = property.remove("format") {
        let (minimum, maximum) = match format.as_str() {
            "int32" => (json!(i32::MIN), json!(i32::MAX)),
            "int64" => (json!(i64::MIN), json!(i64::MAX)),
            "uint8" => (json!(0), json!(u8::MAX)),
            "uint16" => (json!(0), json!(u16::MAX)),
            _ => (json!(0), json!(u32::MAX)),
        };
        property.entry("minimum").or_insert(minimum);
        property.entry("maximum").or_insert(maximum);
    }
}

/// Returns a doc comment as text: one line a paragraph, and names in place of links.
fn plain(text: &str) -> String {
    let text = text
        .replace("\n\n", "\0")
        .replace('\n', " ")
        .replace('\0', "\n\n");
    let (mut plain, mut rest) = (String::new(), &*text);
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((name, after)) = link.split_once("`]") else {
            break;
        };
        let name = name.rsplit("::").next().unwrap_or(name);
        plain.extend([before, "`", name, "`"]);
        let target = after
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'));
        rest = target.map_or(after, |(_, after)| after);
    }
    plain + rest
}
