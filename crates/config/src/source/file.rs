use std::fmt;
use std::path::Path;

use figment::providers::Format;
use hyrouter_files::read_text;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;
use serde_saphyr::{NonFiniteFloatPolicy, Spanned};

use super::tree::Node;
use crate::ConfigError;
use crate::schema::{Kind, Schema};

/// Maximum length of a configuration file in bytes: 16 MiB, about 100,000 backends.
const MAX_FILE: usize = 16 << 20;

/// Reads a file in the format of its extension. An empty file is an empty object.
pub(crate) fn read(path: &Path) -> Result<Value, ConfigError> {
    // Before the extension is looked at: a pipe has none, and that it is a pipe says more.
    let text = read_text(path, MAX_FILE).map_err(|error| {
        if error.is_missing() {
            ConfigError::Missing { path: error.path }
        } else {
            ConfigError::Read(error)
        }
    })?;
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let parse = match extension.to_str() {
        Some("yaml" | "yml") => parse::<Yaml>,
        Some("json") => parse::<Json>,
        _ => {
            return Err(ConfigError::Extension {
                path: path.to_owned(),
            });
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if text.trim().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let value = parse(text).map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        line: error.line,
        column: error.column,
        message: error.message,
    })?;
    match value {
        Value::Object(_) => Ok(value),
        Value::Null => Ok(Value::Object(serde_json::Map::new())),
        _ => Err(ConfigError::Syntax {
            path: path.to_owned(),
            line: 1,
            column: 1,
            message: "the file is not an object of keys and values".to_owned(),
        }),
    }
}

fn parse<F: Format<Error = SyntaxError>>(text: &str) -> Result<Value, SyntaxError> {
    F::from_str(text)
}

/// Why a text is not YAML or JSON. It repeats nothing of the text but keys, since the text may hold a secret.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    line: u64,
    column: u64,
    message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at line {}, column {}",
            self.message, self.line, self.column
        )
    }
}

impl std::error::Error for SyntaxError {}

impl serde::de::Error for SyntaxError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            line: 1,
            column: 1,
            message: message.to_string(),
        }
    }
}

/// Room for events, nodes and repetitions of anchors in a file of 100,000 routes. The parser's own bounds are for input
/// of strangers and already refuse one pool that is anchored once and used in 200 routes.
const ROOM: usize = 50_000_000;

/// YAML 1.2 with anchors and merge keys. Duplicate keys are errors.
struct Yaml;

impl Format for Yaml {
    type Error = SyntaxError;

    const NAME: &'static str = "YAML";

    fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, SyntaxError> {
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
        let node: YamlNode = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| yaml_error(&error))?;
        let value = node.into_value(text, Some(Schema::root()));
        T::deserialize(value).map_err(SyntaxError::custom)
    }
}

#[derive(Deserialize)]
struct YamlNode(Spanned<Node<YamlNode>>);

impl YamlNode {
    /// The value in the types of JSON. Where the schema wants a text, a plain scalar is its text as written: a secret
    /// `00123` and a version `1.10` are not numbers.
    fn into_value(self, source: &str, schema: Option<Schema>) -> Value {
        let Self(spanned) = self;
        match spanned.value {
            Node::Scalar(value @ (Value::Bool(_) | Value::Number(_))) => {
                let is_text = schema.is_some_and(|schema| matches!(schema.kind(), Kind::Text));
                let span = spanned.defined.span();
                let range = span.byte_offset().zip(span.byte_len());
                let written = range.filter(|_| is_text).and_then(|(start, len)| {
                    let start = usize::try_from(start).ok()?;
                    source.get(start..start + usize::try_from(len).ok()?)
                });
                written.map_or(value, |text| Value::from(text.trim()))
            }
            Node::Scalar(value) => value,
            Node::List(items) => {
                let below = schema.and_then(Schema::item);
                items
                    .into_iter()
                    .map(|item| item.into_value(source, below))
                    .collect()
            }
            Node::Map(entries) => {
                let convert = |(key, node): (String, Self)| {
                    let below = schema.and_then(|schema| schema.below(&key));
                    (key, node.into_value(source, below))
                };
                entries.into_iter().map(convert).collect()
            }
        }
    }
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
        message => message,
    };
    SyntaxError {
        line: location.map_or(1, |location| location.line()),
        column: location.map_or(1, |location| location.column()),
        message: message.to_owned(),
    }
}

/// JSON in which duplicate keys are errors.
struct Json;

impl Format for Json {
    type Error = SyntaxError;

    const NAME: &'static str = "JSON";

    fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, SyntaxError> {
        let node: JsonNode = serde_json::from_str(text).map_err(|error| json_error(&error))?;
        T::deserialize(node.into_value()).map_err(SyntaxError::custom)
    }
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
