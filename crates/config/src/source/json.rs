use serde::Deserialize;
use serde_json::Value;

use super::file::{ParsedFile, SyntaxError};
use super::tree::Node;

/// Reads JSON in which duplicate keys are errors.
pub(super) fn json(text: &str) -> Result<ParsedFile, SyntaxError> {
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
