use std::path::Path as FilePath;

use hyrouter_files::{read_text, read_text_input};
use serde_json::Value;

use super::json::json;
use super::yaml::yaml;
use crate::ConfigError;
use crate::path::{Path, Segment};

/// A file as it is written.
pub(crate) struct ParsedFile {
    /// Its values in the types of JSON, an object.
    pub(crate) value: Value,
    /// Keys without a value, which YAML reads as `null`.
    pub(crate) bare: Vec<Path>,
    /// The numbers with leading zeros that no key of the configuration takes, such as those for a plugin.
    pub(crate) zeros: Vec<Path>,
    /// Last key of the top level if its value may be incomplete: a file that was cut off ends in such a key.
    pub(crate) open: Option<String>,
}

impl ParsedFile {
    /// Returns a file of a format in which no part of a text is complete, such as JSON.
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

/// Prefix of top-level keys whose values are not read: a place for anchors of YAML.
const FREE_KEY: &str = "x-";

/// Returns whether a path names an open file of this process: standard input, or `<(...)` of a shell. The process that
/// opened it also writes to it, so a read does not block forever.
fn is_given_open(path: &FilePath) -> bool {
    let of = |place| path.starts_with(place);
    path == "-" || of("/dev/stdin") || of("/dev/fd") || of("/proc/self/fd")
}

/// Reads a file in the format of its extension. An open file has no extension: it is JSON if it can be read as such,
/// else YAML.
pub(crate) fn read(path: &FilePath) -> Result<ParsedFile, ConfigError> {
    let is_given_open = is_given_open(path);
    let read = if is_given_open {
        read_text_input
    } else {
        read_text
    };
    // Read before the extension is checked: a pipe has none, and its error is the more useful one.
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
        // With an empty file, all checks that it does not name would be off.
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

/// Reason why a text is not YAML or JSON. Repeats only keys of the text, since the text may hold a secret.
pub(super) struct SyntaxError {
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) message: String,
}

fn json_or_yaml(text: &str) -> Result<ParsedFile, SyntaxError> {
    json(text).or_else(|_| yaml(text))
}
