//! The document for backends: `{"backends": [{"host": "lobby-1.example.com", "port": 5520}]}` in JSON or YAML.
//!
//! The providers `file`, `http` and `push` share it. An entry that cannot be used is reported and spoils no other.

mod entry;
mod read;

use std::fmt;

use schemars::generate::SchemaSettings;
use serde_json::Value;

pub use self::entry::BackendEntry;
pub use self::read::{DocumentError, Found, read};

/// Format of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFormat {
    /// JSON.
    Json,
    /// YAML 1.2.
    Yaml,
}

impl fmt::Display for DocumentFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
        })
    }
}

/// Returns the JSON Schema (draft 2020-12) of the document.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = Value::from(generator.into_root_schema_for::<entry::Document>());
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("title".to_owned(), "Backends".into());
    }
    schema
}
