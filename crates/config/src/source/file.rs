use std::path::Path as FilePath;

use hyrouter_files::{read_text, read_text_input};
use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::{NonFiniteFloatPolicy, Spanned};

use super::tree::Node;
use crate::ConfigError;
use crate::leading_zeros;
use crate::path::{Path, Segment};
use crate::schema::{Schema, SchemaKind};

/// A file as it is written.
pub(crate) struct ParsedFile {
    /// Its values in the types of JSON, an object.
    pub(crate) value: Value,
    /// The keys that have nothing behind them, which YAML reads as `null`.
    pub(crate) bare: Vec<Path>,
    /// The numbers with leading zeros that no key of the configuration takes, such as those for a plugin.
    pub(crate) zeros: Vec<Path>,
    /// The last key of the top level if its value may go on: a file that was cut off ends in such a key.
    pub(crate) open: Option<String>,
}

impl ParsedFile {
    /// Of a text of which no beginning is a text of its own, such as JSON.
    pub(crate) fn whole(value: Value) -> Self {
        Self {
            value,
            bare: Vec::new(),
            zeros: Vec::new(),
            open: None,
        }
    }
}

/// Maximum length of a configuration file in bytes: 16 MiB, about 100,000 backends.
const MAX_FILE: usize = 16 << 20;

/// What a key of the top level begins with whose value is not read: a place for anchors of YAML.
const FREE_KEY: &str = "x-";

/// Returns whether a path names an open file of this process: standard input, or `<(...)` of a shell. The process that
/// opened it also writes to it, so that a read does not wait for ever.
fn is_given_open(path: &FilePath) -> bool {
    let of = |place| path.starts_with(place);
    path == "-" || of("/dev/stdin") || of("/dev/fd") || of("/proc/self/fd")
}

/// Reads a file in the format of its extension. What is given open has no extension: it is JSON if it can be read as
/// such, else YAML.
pub(crate) fn read(path: &FilePath) -> Result<ParsedFile, ConfigError> {
    let is_given_open = is_given_open(path);
    let read = if is_given_open {
        read_text_input
    } else {
        read_text
    };
    // Before the extension is looked at: a pipe has none, and that it is a pipe says more.
    let text = read(path, MAX_FILE).map_err(|error| {
        if error.is_missing() {
            ConfigError::Missing { path: error.path }
        } else {
            ConfigError::Read(error)
        }
    })?;
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let parse = match extension.to_str() {
        _ if is_given_open => json_or_yaml,
        Some("yaml" | "yml") => yaml,
        Some("json") => json,
        _ => {
            return Err(ConfigError::Extension {
                path: path.to_owned(),
            });
        }
    };
    let mut written = if text.trim().is_empty() {
        ParsedFile::whole(Value::Null)
    } else {
        parse(&text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            line: error.line,
            column: error.column,
            message: error.message,
        })?
    };
    if let Value::Object(keys) = &mut written.value {
        keys.retain(|key, _| !key.starts_with(FREE_KEY));
        let is_free = |path: &Path| matches!(path.segments().first(), Some(Segment::Key(key)) if key.starts_with(FREE_KEY));
        written.zeros.retain(|path| !is_free(path));
    }
    match &written.value {
        Value::Object(keys) if !keys.is_empty() => Ok(written),
        // Every check that it does not name would be off.
        Value::Object(_) | Value::Null if is_given_open => Err(ConfigError::Spent {
            path: path.to_owned(),
        }),
        Value::Object(_) | Value::Null => Err(ConfigError::Empty {
            path: path.to_owned(),
        }),
        _ => Err(ConfigError::Syntax {
            path: path.to_owned(),
            line: 1,
            column: 1,
            message: "the file is not an object of keys and values".to_owned(),
        }),
    }
}

/// Why a text is not YAML or JSON. It repeats nothing of the text but keys, since the text may hold a secret.
struct SyntaxError {
    line: u64,
    column: u64,
    message: String,
}

/// Room for events, nodes and repetitions of anchors in a file of 100,000 routes. The parser's own bounds are for input
/// of strangers and already refuse one pool that is anchored once and used in 200 routes.
const ROOM: usize = 50_000_000;

/// YAML 1.2 with anchors and merge keys. Duplicate keys are errors.
fn yaml(text: &str) -> Result<ParsedFile, SyntaxError> {
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
    /// Its own text; none for one that stands nowhere.
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

/// Whether the last line that says anything is the end of the document.
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
    /// Where the schema wants a text, a scalar is its text as written: a secret `00123`, a version `1.10` and `1.0e400`
    /// are not numbers. `at` gives the place, which is hardly ever needed.
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
                    // The schema check says what is wrong with it, as with one of a variable.
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

/// The text of a scalar that a tag makes a number though it is in quotes.
fn unquoted(written: &str) -> &str {
    let written = written.trim();
    let within = |quote| written.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(written)
}

fn yaml_error(error: &serde_saphyr::Error) -> SyntaxError {
    let location = error.location();
    // The text ends with the place, which is reported apart from it; without the snippet, which would print values.
    let text = error.without_snippet().to_string();
    let message = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(message, _)| message);
    // The parser names its own option for those who program with it.
    let message = message
        .split(", set DuplicateKeyPolicy")
        .next()
        .unwrap_or(message);
    let message = match message {
        several if several.starts_with("multiple YAML documents") => {
            "a second document begins (`---`); a configuration is one"
        }
        alias if alias.contains("unknown anchor") || alias.contains("anchor or alias") => {
            "what begins with `*` is an alias of an anchor, and there is no such anchor; put the text in quotes, such as \"*.example.com\""
        }
        message => message,
    };
    SyntaxError {
        line: location.map_or(1, |location| location.line()),
        column: location.map_or(1, |location| location.column()),
        message: message.to_owned(),
    }
}

fn json_or_yaml(text: &str) -> Result<ParsedFile, SyntaxError> {
    json(text).or_else(|_| yaml(text))
}

/// JSON in which duplicate keys are errors.
fn json(text: &str) -> Result<ParsedFile, SyntaxError> {
    let node: JsonNode = serde_json::from_str(text).map_err(|error| json_error(&error))?;
    Ok(ParsedFile::whole(node.into_value()))
}

#[derive(Deserialize)]
struct JsonNode(Node<JsonNode>);

impl JsonNode {
    fn into_value(self) -> Value {
        match self.0 {
            Node::Scalar(value) => value,
            Node::List(items) => items.into_iter().map(Self::into_value).collect(),
            Node::Map(entries) => {
                let entries = entries.into_iter();
                entries
                    .map(|(key, node)| (key, node.into_value()))
                    .collect()
            }
        }
    }
}

fn json_error(error: &serde_json::Error) -> SyntaxError {
    let text = error.to_string();
    let message = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(message, _)| message);
    SyntaxError {
        line: error.line() as u64,
        column: error.column() as u64,
        message: message.to_owned(),
    }
}
