//! A record as JSON.

use std::sync::Arc;

use crate::DecisionRecord;

/// Initial capacity for a record as JSON, in bytes. A record with all values has about 450.
const USUAL: usize = 512;

/// A [`DecisionRecord`] as one line of JSON, without the line feed. Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionLine(Arc<str>);

impl DecisionLine {
    /// Writes a record.
    ///
    /// # Errors
    ///
    /// Fails if the record cannot be written as JSON. No such record is known.
    pub fn new(record: &DecisionRecord<'_>) -> serde_json::Result<Self> {
        let mut line = Vec::with_capacity(USUAL);
        serde_json::to_writer(&mut line, record)?;
        Ok(Self(String::from_utf8_lossy(&line).into()))
    }

    /// Returns the JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
