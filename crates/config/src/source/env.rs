use std::ffi::OsString;

use figment::providers::Serialized;
use figment::value::{Dict, Map};
use figment::{Metadata, Profile, Provider};
use hyrouter_router::Switch;
use serde_json::Value;

use super::target::{find, unknown};
use super::{empty, without_nulls};
use crate::path::Path;
use crate::problem::Problems;
use crate::schema::{Schema, SchemaKind};

/// Prefix of the names of variables.
pub(crate) const PREFIX: &str = "HYROUTER_";

/// The values of environment variables: `HYROUTER_` and the key, with `__` between levels, in any case.
///
/// The schema determines how a text is read: texts are taken as they are, numbers and booleans are parsed, a list is a
/// JSON array or separated by commas, an object is JSON.
pub(crate) struct Environment {
    values: Value,
}

impl Environment {
    /// Returns the values of the variables.
    pub(crate) fn values(&self) -> &Value {
        &self.values
    }

    /// Reads the variables. `below` is the file, for keys of maps, which stand there in their own spelling.
    pub(crate) fn read(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        below: &Value,
        problems: &mut Problems,
    ) -> Self {
        let mut variables: Vec<_> = variables.into_iter().filter_map(ours).collect();
        // A variable for a whole section first, then those for its parts.
        variables
            .sort_by_key(|variable| (variable.name.matches("__").count(), variable.name.clone()));

        let mut values = Value::Object(serde_json::Map::new());
        for Variable { name, value } in variables {
            let Some(target) = find(&name, below) else {
                problems.add(&Path::default().key(&name), unknown(&name));
                continue;
            };
            let Some(text) = value else {
                problems.add(&Path::default().key(&name), "the value is not UTF-8");
                continue;
            };
            problems.note_variable(target.path(), &name);
            let value = parse(target.schema, &text);
            if text.trim().is_empty() || value.is_null() {
                // A forgotten variable must not override the file.
                problems.add(&target.path(), empty::message(target.schema, "variable"));
                continue;
            }
            put(&mut values, &target.keys, without_nulls(value));
        }
        Self { values }
    }
}

impl Provider for &Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("environment variables")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Serialized::defaults(&self.values).data()
    }
}

struct Variable {
    name: String,
    /// Value; `None` if it is not UTF-8.
    value: Option<String>,
}

/// Returns the variable if it is for this program. Kubernetes sets `HYROUTER_SERVICE_*`, `HYROUTER_PORT` and
/// `HYROUTER_PORT_*` for a Service called hyrouter; no key starts like these.
fn ours((name, value): (OsString, OsString)) -> Option<Variable> {
    // A name that is not UTF-8 is in the message as far as possible.
    let name = name.to_string_lossy().into_owned();
    let key = name.strip_prefix(PREFIX)?;
    if key == "PORT" || key.starts_with("PORT_") || key.starts_with("SERVICE_") {
        return None;
    }
    let value = value.into_string().ok();
    Some(Variable { name, value })
}

/// Returns the value of a text. One that cannot be parsed stays a text, so that the schema check reports it like any
/// other.
fn parse(schema: Schema, text: &str) -> Value {
    let json = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    match schema.kind() {
        SchemaKind::Text => Value::from(text),
        SchemaKind::Integer => json(text.trim()),
        SchemaKind::Bool => match Switch::read(Some(text)) {
            Switch::On => Value::Bool(true),
            Switch::Off => Value::Bool(false),
            Switch::Unreadable => Value::from(text),
        },
        SchemaKind::List => match schema.item() {
            Some(item) if !text.trim_start().starts_with('[') => split(item, text),
            _ => json(text),
        },
        SchemaKind::Object | SchemaKind::Map | SchemaKind::Any => json(text),
    }
}

/// Parses a list of scalars separated by commas.
fn split(item: Schema, text: &str) -> Value {
    if !matches!(
        item.kind(),
        SchemaKind::Text | SchemaKind::Integer | SchemaKind::Bool
    ) {
        return Value::from(text);
    }
    text.split(',')
        .map(|part| parse(item, part.trim()))
        .collect()
}

fn put(values: &mut Value, keys: &[String], value: Value) {
    let Some((key, rest)) = keys.split_first() else {
        *values = value;
        return;
    };
    if !values.is_object() {
        *values = Value::Object(serde_json::Map::new());
    }
    if let Some(map) = values.as_object_mut() {
        put(map.entry(key).or_insert(Value::Null), rest, value);
    }
}
