//! A record as text.

use std::sync::Arc;

use crate::DecisionRecord;

/// Room for a record as JSON, in bytes. One with everything in it has some 450.
const USUAL: usize = 512;

/// A [`DecisionRecord`] as one line of JSON, without the line feed. Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionLine(Arc<str>);

impl DecisionLine {
    /// Writes a record.
    ///
    /// # Errors
    ///
    /// Fails if the record cannot be written as JSON. None is known that cannot.
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
