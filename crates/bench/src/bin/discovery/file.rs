//! Provider `file`.

use std::fs;

use tempfile::TempDir;

use crate::{MeasuredSource, document};

/// A file that is replaced.
pub(crate) struct DocumentFile(TempDir);

impl DocumentFile {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }
}

impl MeasuredSource for DocumentFile {
    fn name(&self) -> &'static str {
        "file"
    }

    fn provider(&self) -> String {
        let path = self.0.path().join("backends.json");
        format!(
            "{{ name: source, type: file, file: {{ path: '{}' }} }}",
            path.display()
        )
    }

    fn change(&mut self, port: u16) -> anyhow::Result<()> {
        let next = self.0.path().join("next");
        fs::write(&next, document(port))?;
        fs::rename(next, self.0.path().join("backends.json"))?;
        Ok(())
    }
}
