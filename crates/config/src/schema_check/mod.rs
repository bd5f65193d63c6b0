mod scalars;
mod wording;

use serde_json::{Map, Value};

use self::wording::{Hint, type_name};
pub(crate) use self::wording::{allowed, nearest};
use crate::leading_zeros;
use crate::path::Path;
use crate::problem::{Problems, message, secret_message};
use crate::schema::{Schema, SchemaKind};
use crate::source::empty;

/// Checks the shape of a configuration and returns its valid part, with enum values in canonical form, so that it can
/// be read into the model and checked further.
pub(crate) fn check(value: Value, problems: &mut Problems) -> Value {
    let mut walk = Walk { problems };
    walk.value(Schema::root(), value, &Path::default())
        .unwrap_or_else(|| Value::Object(Map::new()))
}

/// Checks a separate section in the same way.
pub(crate) fn check_section(
    schema: Schema,
    value: Value,
    problems: &mut Problems,
) -> Option<Value> {
    Walk { problems }.value(schema, value, &Path::default())
}

struct Walk<'m> {
    problems: &'m mut Problems,
}

impl Walk<'_> {
    /// Returns the valid part of the value, or `None` if it is wrong or absent.
    fn value(&mut self, schema: Schema, value: Value, path: &Path) -> Option<Value> {
        match (schema.kind(), value) {
            (SchemaKind::Any, value) => Some(value),
            (SchemaKind::Object, Value::Object(map)) => Some(self.object(schema, map, path)),
            (SchemaKind::Object, Value::Array(entries)) if schema.may_be_a_list() => {
                Some(self.entries(schema, entries, path))
            }
            (SchemaKind::Map, Value::Object(map)) => Some(self.map(schema, map, path)),
            (SchemaKind::List, Value::Array(items)) => self.list(schema, items, path),
            (SchemaKind::Text, Value::String(text)) => self.text(schema, text, path),
            (SchemaKind::Bool, Value::Bool(value)) => Some(Value::Bool(value)),
            (SchemaKind::Integer, Value::Number(number)) => {
                self.integer(schema, &Value::Number(number), path)
            }
            (SchemaKind::Integer, Value::String(text))
                if let Some(message) = leading_zeros::message(&text) =>
            {
                self.problems.add(path, message);
                None
            }
            (_, value) => {
                self.wrong(schema, "wrong type", &value, path, type_name(schema));
                None
            }
        }
    }

    fn object(&mut self, schema: Schema, map: Map<String, Value>, path: &Path) -> Value {
        let mut right = Map::new();
        let mut present = Vec::new();
        let mut unknown = Vec::new();
        for (key, value) in map {
            let Some(below) = schema.property(&key) else {
                unknown.push(key);
                continue;
            };
            let is_required = schema.required().contains(&&*key);
            let at = path.key(&key);
            if value.is_null() || (is_blank(below, &value, &at) && !is_required) {
                continue;
            }
            if let Some(value) = self.value(below, value, &at) {
                right.insert(key.clone(), value);
            }
            present.push(key);
        }
        for key in unknown {
            self.unknown_key(schema, &key, &present, path);
        }
        for key in schema.required() {
            let at = path.key(key);
            if !present.iter().any(|there| there == key) && !self.problems.is_covered(&at) {
                self.problems.add(&at, "missing; it is required");
            }
        }
        Value::Object(right)
    }

    fn map(&mut self, schema: Schema, map: Map<String, Value>, path: &Path) -> Value {
        let Some(below) = schema.map_value() else {
            return Value::Object(map);
        };
        let mut right = Map::new();
        for (key, value) in map {
            // YAML can write an empty text as no value; a section without a value is absent.
            let value = match (below.kind(), value) {
                (SchemaKind::Text, Value::Null) => Value::String(String::new()),
                (_, Value::Null) => continue,
                (_, value) => value,
            };
            if let Some(value) = self.value(below, value, &path.key(&key)) {
                right.insert(key, value);
            }
        }
        Value::Object(right)
    }

    /// Checks the entries of a list that stands for one object.
    fn entries(&mut self, schema: Schema, entries: Vec<Value>, path: &Path) -> Value {
        let entries = entries.into_iter().enumerate();
        entries
            .map(|(index, entry)| {
                let at = path.index(index);
                match entry {
                    Value::Object(map) => self.object(schema, map, &at),
                    entry => {
                        self.wrong(schema, "wrong type", &entry, &at, type_name(schema));
                        stand_in(schema)
                    }
                }
            })
            .collect()
    }

    fn list(&mut self, schema: Schema, items: Vec<Value>, path: &Path) -> Option<Value> {
        if items.is_empty() && schema.number("minItems").is_some() {
            self.problems
                .add(path, "empty list; allowed: at least one entry");
            return None;
        }
        let Some(below) = schema.item() else {
            return Some(Value::Array(items));
        };
        let right = items.into_iter().enumerate().map(|(index, item)| {
            // An invalid entry keeps its place, so that the paths of later entries stay correct.
            self.value(below, item, &path.index(index))
                .unwrap_or_else(|| stand_in(below))
        });
        Some(Value::Array(right.collect()))
    }

    fn unknown_key(&mut self, schema: Schema, key: &str, present: &[String], path: &Path) {
        let mut known = schema.properties().map(|(key, _)| key);
        let Some(meant) = nearest(key, &mut known) else {
            let known: Vec<_> = schema.properties().map(|(key, _)| key).collect();
            let message = format!("unknown key; allowed: {}", known.join(", "));
            return self.problems.add(&path.key(key), message);
        };
        self.problems
            .add(&path.key(key), format!("unknown key{}", Hint(Some(meant))));
        if !present.iter().any(|there| there == meant) {
            self.problems.suppress(path.key(meant));
        }
    }

    fn wrong(&mut self, schema: Schema, what: &str, value: &Value, path: &Path, allowed: &str) {
        let message = match value {
            Value::String(text) if schema.is_address() || text.contains("://") => {
                message(what, &hyrouter_text::shown_address(text).into(), allowed)
            }
            // An address at a key of another kind.
            value if schema.holds_address() && value.to_string().contains(['@', '?']) => {
                secret_message(what, allowed)
            }
            value if schema.holds_secret() && !value.is_null() => secret_message(what, allowed),
            value => message(what, value, allowed),
        };
        self.problems.add(path, message);
    }
}

/// Returns whether an empty text at a name or a duration means an absent value. An empty secret is kept, for a warning.
fn is_blank(schema: Schema, value: &Value, path: &Path) -> bool {
    let is_constrained = || match schema.text("format") {
        Some(format) => format != "secret",
        None => !schema.names().is_empty(),
    };
    value.as_str() == Some("")
        && schema.number("minLength").is_none()
        && is_constrained()
        && empty::counts_as_absent(path)
}

fn stand_in(schema: Schema) -> Value {
    match schema.kind() {
        SchemaKind::Object | SchemaKind::Map => Value::Object(Map::new()),
        SchemaKind::List => Value::Array(Vec::new()),
        SchemaKind::Text => Value::String(String::new()),
        SchemaKind::Integer => Value::from(0),
        SchemaKind::Bool => Value::Bool(false),
        SchemaKind::Any => Value::Null,
    }
}
