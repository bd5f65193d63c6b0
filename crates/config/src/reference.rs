use std::fmt::Write as _;

use serde_json::Value;

use crate::schema::{Schema, SchemaKind};

const HEAD: &str = "\
<!-- Generated from the JSON Schema of the configuration. Change the documentation of the model instead. -->

# Configuration

";

/// The reference of all keys in Markdown, one table for each section, from the documentation in the schema.
pub fn reference_markdown() -> String {
    let mut out = HEAD.to_owned();
    if let Some(text) = Schema::root().text("description") {
        out.push_str(text);
        out.push('\n');
    }
    for section in sections() {
        section.write(&mut out);
    }
    out
}

/// An object of the schema with all places where it stands.
struct Section {
    schema: Schema,
    paths: Vec<String>,
}

/// All sections, a parent before its children.
fn sections() -> Vec<Section> {
    let root = Section {
        schema: Schema::root(),
        paths: vec![String::new()],
    };
    let mut sections = vec![root];
    collect(Schema::root(), "", &mut sections);
    sections
}

fn collect(schema: Schema, path: &str, sections: &mut Vec<Section>) {
    for (key, schema) in schema.properties() {
        let separator = if path.is_empty() { "" } else { "." };
        let (schema, path) = innermost(schema, format!("{path}{separator}{key}"));
        if !matches!(schema.kind(), SchemaKind::Object) {
            continue;
        }
        let known = |section: &&mut Section| section.schema.definition() == schema.definition();
        if let Some(section) = sections.iter_mut().skip(1).find(known) {
            section.paths.push(path);
            // The shortest is the title.
            section.paths.sort_by_key(String::len);
            continue;
        }
        let paths = vec![path.clone()];
        sections.push(Section { schema, paths });
        collect(schema, &path, sections);
    }
}

/// Through lists and maps to what they hold.
fn innermost(schema: Schema, path: String) -> (Schema, String) {
    match (schema.item(), schema.map_value()) {
        (Some(item), _) => innermost(item, format!("{path}[]")),
        (None, Some(value)) => innermost(value, format!("{path}.<key>")),
        (None, None) => (schema, path),
    }
}

impl Section {
    fn write(&self, out: &mut String) {
        let names: Vec<_> = self.paths.iter().map(|path| format!("`{path}`")).collect();
        match names.split_first() {
            Some((first, [])) if first == "``" => out.push_str("\n## Top level\n\n"),
            Some((first, [])) => _ = writeln!(out, "\n## {first}\n"),
            Some((first, others)) => {
                _ = writeln!(out, "\n## {first}\n\nAlso {}.\n", others.join(", "));
            }
            None => return,
        }
        // The top level's own words are the introduction.
        if let Some(text) = self.schema.definition_text() {
            _ = writeln!(out, "{text}\n");
        }
        out.push_str("| key | type | default | meaning |\n|---|---|---|---|\n");
        let required = self.schema.required();
        for (key, schema) in self.schema.properties() {
            let default = if required.contains(&key) {
                "required".to_owned()
            } else {
                schema.get("default").map(code).unwrap_or_default()
            };
            let meaning = schema.text("description").unwrap_or_default();
            let meaning = meaning
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .replace('|', "\\|");
            _ = writeln!(
                out,
                "| `{key}` | {} | {default} | {meaning} |",
                type_text(schema)
            );
        }
    }
}

fn code(value: &Value) -> String {
    format!(
        "`{}`",
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    )
}

fn type_text(schema: Schema) -> String {
    let names = schema.names();
    if !names.is_empty() {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        return names.join(", ");
    }
    let of = |below: Option<Schema>| below.map_or_else(|| "any".to_owned(), type_text);
    match schema.kind() {
        SchemaKind::Object => "section".to_owned(),
        SchemaKind::Map => format!("map of {}", of(schema.map_value())),
        SchemaKind::List => format!("list of {}", of(schema.item())),
        SchemaKind::Text => match schema.text("format") {
            Some("go-duration" | "go-duration-positive") => "duration".to_owned(),
            Some(format) => format.replace('-', " "),
            None => "text".to_owned(),
        },
        SchemaKind::Integer => {
            let min = schema.number("minimum").unwrap_or(0);
            match schema.number("maximum") {
                Some(max) if max < u64::from(u32::MAX) => format!("{min} to {max}"),
                _ => format!("number, {min} or more"),
            }
        }
        SchemaKind::Bool => "bool".to_owned(),
        SchemaKind::Any => "any".to_owned(),
    }
}
