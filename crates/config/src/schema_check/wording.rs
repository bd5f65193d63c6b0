use std::fmt;

use crate::format;
use crate::schema::{Schema, SchemaKind};

/// Minimum similarity (Jaro-Winkler) of a name that is suggested for another.
const ALIKE: f64 = 0.8;

/// Returns the known name that is most similar to an unknown one, if any is similar.
pub(crate) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_ascii_lowercase();
    known
        .map(|name| {
            (
                strsim::jaro_winkler(&given, &name.to_ascii_lowercase()),
                name,
            )
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, name)| name)
}

/// Returns the allowed values of a schema, for messages.
pub(crate) fn allowed(schema: Schema) -> String {
    let names = schema.names();
    if !names.is_empty() {
        return names.join(", ");
    }
    let format = schema.text("format").and_then(format::allowed);
    match (schema.kind(), format) {
        (SchemaKind::Text, Some(format)) => format.to_owned(),
        (SchemaKind::Text, None) => "a text that is not empty".to_owned(),
        (SchemaKind::List, _) => "a list, `[]` for none".to_owned(),
        (SchemaKind::Integer, _) => range(schema),
        _ => type_name(schema).to_owned(),
    }
}

pub(super) fn range(schema: Schema) -> String {
    let min = schema.number("minimum").unwrap_or(0);
    let max = schema.number("maximum");
    max.map_or_else(|| format!("{min} or more"), |max| format!("{min} to {max}"))
}

/// A known name as a suggestion for an unknown one.
pub(super) struct Hint<'a>(pub(super) Option<&'a str>);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .map_or(Ok(()), |name| write!(f, "; did you mean `{name}`?"))
    }
}

pub(super) fn type_name(schema: Schema) -> &'static str {
    match schema.kind() {
        SchemaKind::Object | SchemaKind::Map => "an object of keys and values",
        SchemaKind::List => "a list",
        SchemaKind::Text => "a text",
        SchemaKind::Integer => "a whole number",
        SchemaKind::Bool => "true or false",
        SchemaKind::Any => "any value",
    }
}
