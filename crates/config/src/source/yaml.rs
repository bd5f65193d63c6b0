use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::{NonFiniteFloatPolicy, Spanned};

use super::file::{ParsedFile, SyntaxError};
use super::tree::Node;
use crate::leading_zeros;
use crate::path::Path;
use crate::schema::{Schema, SchemaKind};

/// Limits of events, nodes and repetitions of anchors, enough for a file of 100,000 routes. The parser's own limits are
/// for untrusted input and refuse a pool that is anchored once and used in 200 routes.
const ROOM: usize = 50_000_000;

/// Reads YAML 1.2 with anchors and merge keys. Duplicate keys are errors.
pub(super) fn yaml(text: &str) -> Result<ParsedFile, SyntaxError> {
    let options = serde_saphyr::options! {
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        budget: serde_saphyr::budget! {
            max_events: ROOM,
            max_nodes: ROOM,
            max_aliases: ROOM,
            max_merge_keys: ROOM,
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: ROOM,
        },
    };
    let node: YamlNode =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| yaml_error(&error))?;
    let open = node.open_key(text);
    let mut reader = YamlReader {
        source: text,
        bare: Vec::new(),
        zeros: Vec::new(),
    };
    let value = reader.value(node, Some(Schema::root()), &Path::default);
    Ok(ParsedFile {
        value,
        bare: reader.bare,
        zeros: reader.zeros,
        open,
    })
}

#[derive(Deserialize)]
struct YamlNode(Spanned<Node<YamlNode>>);

impl YamlNode {
    /// Returns its text in the file; none for a node without a position.
    fn written<'t>(&self, source: &'t str) -> Option<&'t str> {
        let span = self.0.defined.span();
        let start = usize::try_from(span.byte_offset()?).ok()?;
        let len = usize::try_from(span.byte_len()?).ok()?;
        source.get(start..start + len)
    }

    /// The last key of the document, unless something shows that its value is complete: a bracket, or the marker of the
    /// end of a document.
    fn open_key(&self, source: &str) -> Option<String> {
        let in_brackets = |node: &Self| {
            let start = node.0.defined.span().byte_offset();
            let start = start.and_then(|start| usize::try_from(start).ok());
            let rest = start.and_then(|start| source.get(start..));
            rest.is_some_and(|rest| rest.starts_with(['{', '[']))
        };
        let Node::Map(entries) = &self.0.value else {
            return None;
        };
        let (key, value) = entries.last()?;
        let is_whole = in_brackets(self) || in_brackets(value) || ends_with_marker(source);
        (!is_whole).then(|| key.clone())
    }
}

/// Returns whether the last line, blank lines and comments aside, is the end of the document.
fn ends_with_marker(source: &str) -> bool {
    let mut lines = source.lines().rev();
    let last = lines.find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    last.is_some_and(|line| line.trim_end() == "...")
}

/// Turns nodes into values in the types of JSON.
struct YamlReader<'t> {
    source: &'t str,
    bare: Vec<Path>,
    zeros: Vec<Path>,
}

impl YamlReader<'_> {
    /// Converts a node. If the schema wants a text, a scalar is its text as written: a secret `00123`, a version `1.10`
    /// and `1.0e400` are not numbers. `at` returns the path, which is rarely needed.
    fn value(&mut self, node: YamlNode, schema: Option<Schema>, at: &dyn Fn() -> Path) -> Value {
        let written = node.written(self.source);
        match node.0.value {
            Node::Scalar(value) if !matches!(value, Value::Null) => {
                let Some(written) = written.map(unquoted).filter(|_| is_number_or_bool(&value))
                else {
                    return value;
                };
                match schema.map(Schema::kind) {
                    Some(SchemaKind::Text) => return Value::from(written),
                    // The schema check reports it, as for a variable.
                    Some(SchemaKind::Integer) if leading_zeros::message(written).is_some() => {
                        return Value::from(written);
                    }
                    Some(SchemaKind::Integer | SchemaKind::Bool) => {}
                    _ if leading_zeros::message(written).is_some() => self.zeros.push(at()),
                    _ => {}
                }
                value
            }
            Node::Scalar(_) => {
                if written.is_none_or(|text| text.trim().is_empty()) {
                    self.bare.push(at());
                }
                Value::Null
            }
            Node::List(items) => {
                let below = schema.and_then(Schema::item);
                let items = items.into_iter().enumerate();
                items
                    .map(|(index, item)| self.value(item, below, &|| at().index(index)))
                    .collect()
            }
            Node::Map(entries) => {
                let mut map = Map::new();
                for (key, node) in entries {
                    let below = schema.and_then(|schema| schema.below(&key));
                    let value = self.value(node, below, &|| at().key(&key));
                    map.insert(key, value);
                }
                Value::Object(map)
            }
        }
    }
}

/// A number or a truth value, with the numbers beyond all floats, which the parser gives as these texts.
fn is_number_or_bool(value: &Value) -> bool {
    match value {
        Value::String(text) => matches!(&**text, ".inf" | "-.inf" | ".nan"),
        value => value.is_number() || value.is_boolean(),
    }
}

/// Returns the text of a scalar in quotes that a tag makes a number.
fn unquoted(written: &str) -> &str {
    let written = written.trim();
    let within = |quote| written.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(written)
}

fn yaml_error(error: &serde_saphyr::Error) -> SyntaxError {
    let location = error.location();
    // The text ends with the place, which is reported separately. The snippet is left out, since it would print values.
    let text = error.without_snippet().to_string();
    let message = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(message, _)| message);
    // The parser's text also names an option of its API.
    let message = message
        .split(", set DuplicateKeyPolicy")
        .next()
        .unwrap_or(message);
    let message = match message {
        several if several.starts_with("multiple YAML documents") => {
            "a second document begins (`---`); a configuration has one document"
        }
        alias if alias.contains("unknown anchor") || alias.contains("anchor or alias") => {
            "a text that begins with `*` is an alias of an anchor, and this anchor does not exist; put the text in quotes, such as \"*.example.com\""
        }
        message => message,
    };
    SyntaxError {
        line: location.map_or(1, |location| location.line()),
        column: location.map_or(1, |location| location.column()),
        message: message.to_owned(),
    }
}
