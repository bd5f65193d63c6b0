//! One document in a file.

use std::path::{Path, PathBuf};

use hyrouter_files::watch::{FileSet, Watch};
use hyrouter_files::{FileProblem, read_text};

use crate::document::{self, DocumentFormat, Found};

/// Maximum length of a file in bytes: 16 MiB.
const MAX_FILE: usize = 16 << 20;
/// Maximum length of all files of a directory in bytes: 64 MiB.
pub(super) const MAX_TOTAL: usize = 64 << 20;

/// A document in a file, with its last good content.
#[derive(Debug)]
pub(super) struct WatchedDocument {
    path: PathBuf,
    watch: Watch,
    /// `true` once the file was read, with or without success.
    pub(super) was_read: bool,
    /// Length of the last good content in bytes.
    pub(super) length: usize,
    /// The last good content; none if the file never had any.
    pub(super) found: Option<Found>,
    /// The reason why the file cannot be used as it is now.
    pub(super) error: Option<String>,
}

impl WatchedDocument {
    /// Creates a document that is due once two looks see the same file.
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            watch: Watch::from(FileSet::default()),
            was_read: false,
            length: 0,
            found: None,
            error: None,
        }
    }

    /// Reads the file if it has changed and two looks see the same. `room` is the maximum length that it may have beside
    /// the other files. Returns whether its content or its error is new.
    pub(super) fn look(&mut self, room: usize) -> bool {
        let now = FileSet::at([self.path.clone()]);
        if !self.watch.is_due(now.clone()) {
            return false;
        }
        let error = self.error.take();
        let is_settled = self.read(room);
        // If it could be read later, it is due again.
        let read = if is_settled { now } else { FileSet::default() };
        self.watch = Watch::from(read);
        self.error.is_none() || self.error != error
    }

    /// Reads the file. Returns `false` if the same file could be read later: the system failed, or other files left no
    /// room.
    pub(super) fn read(&mut self, room: usize) -> bool {
        self.was_read = true;
        let text = match read_text(&self.path, MAX_FILE.min(room)) {
            Ok(text) => text,
            Err(error) => {
                let (problem, is_settled) = match error.problem {
                    FileProblem::TooLong { .. } if room < MAX_FILE => (
                        format!(
                            "too long; the files of a directory can have {MAX_TOTAL} bytes in all"
                        ),
                        false,
                    ),
                    FileProblem::Read(error) => (error.to_string(), false),
                    problem => (problem.to_string(), true),
                };
                self.error = Some(problem);
                return is_settled;
            }
        };
        match document::read(&text, format(&self.path)) {
            Ok(found) => {
                self.found = Some(found);
                self.length = text.len();
                self.error = None;
            }
            Err(error) => self.error = Some(error.to_string()),
        }
        true
    }
}

/// Returns the format of a file: JSON by its name, else YAML.
fn format(path: &Path) -> DocumentFormat {
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        DocumentFormat::Json
    } else {
        DocumentFormat::Yaml
    }
}
