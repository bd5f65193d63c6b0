//! Keys that environment variables set.

use serde_json::Value;

use super::PREFIX;
use crate::path::Path;
use crate::schema::{Schema, SchemaKind};
use crate::schema_check::nearest;

/// Key that a variable sets.
pub(super) struct VariableTarget {
    pub(super) keys: Vec<String>,
    pub(super) schema: Schema,
}

impl VariableTarget {
    pub(super) fn path(&self) -> Path {
        self.keys
            .iter()
            .fold(Path::default(), |path, key| path.key(key))
    }
}

pub(super) fn find(name: &str, below: &Value) -> Option<VariableTarget> {
    let mut target = VariableTarget {
        keys: Vec::new(),
        schema: Schema::root(),
    };
    let mut below = Some(below);
    for segment in name.strip_prefix(PREFIX)?.split("__") {
        let (key, schema) = step(target.schema, segment, below)?;
        below = below.and_then(|below| below.get(&key));
        target.keys.push(key);
        target.schema = schema;
    }
    Some(target)
}

/// Returns the key that a part of a name stands for.
fn step(schema: Schema, segment: &str, below: Option<&Value>) -> Option<(String, Schema)> {
    match schema.kind() {
        SchemaKind::Object => schema
            .properties()
            .find(|(key, _)| key.eq_ignore_ascii_case(segment))
            .map(|(key, schema)| (key.to_owned(), schema)),
        SchemaKind::Map if !segment.is_empty() => {
            let mut keys = below
                .and_then(Value::as_object)
                .into_iter()
                .flat_map(serde_json::Map::keys);
            let same = |key: &&String| key.replace('-', "_").eq_ignore_ascii_case(segment);
            let key = keys
                .find(same)
                .cloned()
                .unwrap_or_else(|| segment.to_ascii_lowercase());
            Some((key, schema.map_value()?))
        }
        _ => None,
    }
}

pub(super) fn unknown(name: &str) -> String {
    let mut known = Vec::new();
    collect_names(Schema::root(), "", &mut known);
    let key = name.strip_prefix(PREFIX).unwrap_or(name);
    let hint = nearest(key, known.iter().map(String::as_str));
    let hint = hint.map_or_else(String::new, |known| {
        format!("; did you mean `{PREFIX}{known}`?")
    });
    format!("unknown variable: the configuration has no such key (lists are set whole){hint}")
}

fn collect_names(schema: Schema, path: &str, names: &mut Vec<String>) {
    for (key, schema) in schema.properties() {
        let separator = if path.is_empty() { "" } else { "__" };
        let name = format!("{path}{separator}{}", key.to_ascii_uppercase());
        collect_names(schema, &name, names);
        names.push(name);
    }
}
