//! The reference of the configuration in Markdown, from the documentation in its JSON Schema.

use std::fmt::Write as _;

use serde_json::Value;

const HEAD: &str = "\
<!-- Generated from the JSON Schema of the configuration. Change the documentation of the model instead. -->

# Configuration

";

/// Returns the reference: one table for each section of `schema`.
pub(super) fn markdown(schema: &Value) -> String {
    let root = Node {
        root: schema,
        outer: schema,
    };
    let mut sections = vec![Section {
        node: root,
        paths: vec![String::new()],
    }];
    collect(root, "", &mut sections);

    let mut out = HEAD.to_owned();
    if let Some(text) = root.text("description") {
        out.push_str(text);
        out.push('\n');
    }
    for section in sections {
        section.write(&mut out);
    }
    out
}

/// One node of the schema.
#[derive(Clone, Copy)]
struct Node<'s> {
    root: &'s Value,
    /// The node itself, which may describe a reference in its place.
    outer: &'s Value,
}

impl<'s> Node<'s> {
    /// Returns the name of the definition that it refers to, the same wherever the same section stands.
    fn definition(self) -> Option<&'s str> {
        let one_or_list = || self.outer.pointer("/anyOf/0/$ref");
        self.outer.get("$ref").or_else(one_or_list)?.as_str()
    }

    /// Returns the node that it refers to, or the node itself.
    fn inner(self) -> &'s Value {
        let target = |name: &str| self.root.pointer(name.trim_start_matches('#'));
        self.definition().and_then(target).unwrap_or(self.outer)
    }

    /// Returns a keyword of the node itself, or else of the node that it refers to.
    fn get(self, keyword: &str) -> Option<&'s Value> {
        self.outer
            .get(keyword)
            .or_else(|| self.inner().get(keyword))
    }

    fn text(self, keyword: &str) -> Option<&'s str> {
        self.get(keyword)?.as_str()
    }

    fn texts(self, keyword: &str) -> impl Iterator<Item = &'s str> {
        let list = self.get(keyword).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    fn below(self, outer: &'s Value) -> Self {
        Self { outer, ..self }
    }

    fn properties(self) -> impl Iterator<Item = (&'s str, Self)> {
        let properties = self.inner().get("properties").and_then(Value::as_object);
        let properties = properties.into_iter().flatten();
        properties.map(move |(key, outer)| (key.as_str(), self.below(outer)))
    }

    fn item(self) -> Option<Self> {
        self.inner().get("items").map(|outer| self.below(outer))
    }

    fn map_value(self) -> Option<Self> {
        let values = self.inner().get("additionalProperties");
        let values = values.filter(|schema| schema.is_object());
        values.map(|outer| self.below(outer))
    }

    /// Returns the node inside lists and maps, with its path.
    fn innermost(self, path: String) -> (Self, String) {
        match (self.item(), self.map_value()) {
            (Some(item), _) => item.innermost(format!("{path}[]")),
            (None, Some(value)) => value.innermost(format!("{path}.<key>")),
            (None, None) => (self, path),
        }
    }

    fn type_text(self) -> String {
        let names: Vec<_> = self.texts("enum").map(|name| format!("`{name}`")).collect();
        if !names.is_empty() {
            return names.join(", ");
        }
        let of = |below: Option<Self>| below.map_or_else(|| "any".to_owned(), Self::type_text);
        match (self.text("type"), self.text("format")) {
            (Some("object"), _) if self.map_value().is_some() => {
                format!("map of {}", of(self.map_value()))
            }
            (Some("object"), _) => "section".to_owned(),
            (Some("array"), _) => format!("list of {}", of(self.item())),
            (Some("string"), Some("go-duration" | "go-duration-positive")) => "duration".to_owned(),
            (Some("string"), Some(format)) => format.replace('-', " "),
            (Some("string"), None) => "text".to_owned(),
            (Some("integer"), _) => {
                let bound = |keyword| self.get(keyword).and_then(Value::as_u64);
                let min = bound("minimum").unwrap_or(0);
                match bound("maximum") {
                    Some(max) if max < u64::from(u32::MAX) => format!("{min} to {max}"),
                    _ => format!("number, {min} or more"),
                }
            }
            (Some("boolean"), _) => "bool".to_owned(),
            _ => "any".to_owned(),
        }
    }
}

/// An object of the schema with all its paths.
struct Section<'s> {
    node: Node<'s>,
    paths: Vec<String>,
}

/// Collects all sections, a parent before its children.
fn collect<'s>(parent: Node<'s>, path: &str, sections: &mut Vec<Section<'s>>) {
    for (key, node) in parent.properties() {
        let separator = if path.is_empty() { "" } else { "." };
        let (node, path) = node.innermost(format!("{path}{separator}{key}"));
        if node.text("type") != Some("object") {
            continue;
        }
        let known = |section: &&mut Section<'_>| section.node.definition() == node.definition();
        if let Some(section) = sections.iter_mut().skip(1).find(known) {
            section.paths.push(path);
            // The shortest is the title.
            section.paths.sort_by_key(String::len);
            continue;
        }
        let paths = vec![path.clone()];
        sections.push(Section { node, paths });
        collect(node, &path, sections);
    }
}

impl Section<'_> {
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
        // The description of the top level is the introduction.
        let description = self
            .node
            .definition()
            .and(self.node.inner().get("description"));
        if let Some(text) = description.and_then(Value::as_str) {
            _ = writeln!(out, "{text}\n");
        }
        out.push_str("| key | type | default | meaning |\n|---|---|---|---|\n");
        for (key, node) in self.node.properties() {
            let default = if self.node.texts("required").any(|required| required == key) {
                "required".to_owned()
            } else {
                node.get("default").map(code).unwrap_or_default()
            };
            let meaning = node.text("description").unwrap_or_default();
            let words: Vec<_> = meaning.split_whitespace().collect();
            let meaning = words.join(" ").replace('|', "\\|");
            let kind = node.type_text();
            _ = writeln!(out, "| `{key}` | {kind} | {default} | {meaning} |");
        }
    }
}

fn code(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    format!("`{text}`")
}
