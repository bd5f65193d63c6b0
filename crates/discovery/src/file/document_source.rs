//! All documents of a source.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use super::listing::{FileListing, MAX_FILES};
use super::watched_document::{MAX_TOTAL, WatchedDocument};
use crate::{DiscoveredBackend, EntryProblem};

/// The documents of a file or a directory, with the last good content of each.
#[derive(Debug)]
pub(super) struct DocumentSource {
    path: PathBuf,
    /// Maximum length of all files in bytes.
    pub(super) max_total: usize,
    documents: BTreeMap<PathBuf, WatchedDocument>,
    /// Number of files beyond the maximum.
    left_out: usize,
    /// Files that were gone at the last look.
    gone: Vec<PathBuf>,
    /// `true` if the path could not be listed at the last look.
    is_unlisted: bool,
    /// `true` once a set was returned.
    has_set: bool,
}

/// Result of a look at the files.
#[derive(Debug)]
pub(super) enum Look {
    /// The files are as before.
    Same,
    Changed {
        backends: Vec<DiscoveredBackend>,
        problems: Vec<EntryProblem>,
    },
    /// The path, or the only document, cannot be used.
    Failed(String),
    /// Another look is needed: a file may be missing for a moment while it is replaced.
    Unsettled,
}

impl DocumentSource {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            max_total: MAX_TOTAL,
            documents: BTreeMap::new(),
            left_out: 0,
            gone: Vec::new(),
            is_unlisted: false,
            has_set: false,
        }
    }

    /// Looks at the files and reads those that have changed.
    pub(super) fn look(&mut self) -> Look {
        let listing = match FileListing::of(&self.path) {
            Ok(listing) => listing,
            Err(error) => {
                let is_first = self.has_set && !self.is_unlisted;
                self.is_unlisted = true;
                return if is_first {
                    Look::Unsettled
                } else {
                    Look::Failed(format!("{}: {error}", self.path.display()))
                };
            }
        };
        self.is_unlisted = false;
        let is_single = listing == FileListing::Single;
        let has_other_files = self.keep(listing);
        let has_changed = self.read_changed() || has_other_files || !self.has_set;
        if is_single && let Some(failure) = self.failure() {
            return failure;
        }
        if !has_changed {
            return Look::Same;
        }
        self.has_set = true;
        let problems = self.problems(is_single);
        Look::Changed {
            backends: self.backends(),
            problems,
        }
    }

    /// Adds new files and removes those that are gone at two looks. Returns whether a file was removed.
    fn keep(&mut self, listing: FileListing) -> bool {
        let (files, left_out) = match listing {
            FileListing::Single => ([self.path.clone()].into(), 0),
            FileListing::Directory { files, left_out } => (files, left_out),
        };
        let (known, before) = (self.documents.len(), self.left_out);
        let was_gone = std::mem::take(&mut self.gone);
        let mut gone = Vec::new();
        self.documents.retain(|file, _| {
            let is_listed = files.contains(file);
            if !is_listed {
                gone.push(file.clone());
            }
            is_listed || !was_gone.contains(file)
        });
        self.gone = gone;
        self.left_out = left_out;
        let has_removed = self.documents.len() < known || left_out != before;
        for file in files {
            if let Entry::Vacant(entry) = self.documents.entry(file) {
                let document = WatchedDocument::new(entry.key().clone());
                entry.insert(document);
            }
        }
        has_removed
    }

    /// Reads documents that are due, and new ones at once before the first set. Returns whether any has
    /// news.
    fn read_changed(&mut self) -> bool {
        let mut length: usize = self
            .documents
            .values()
            .map(|document| document.length)
            .sum();
        let mut has_news = false;
        for (file, document) in &mut self.documents {
            if self.gone.contains(file) {
                continue;
            }
            let others = length.saturating_sub(document.length);
            let room = self.max_total.saturating_sub(others);
            if self.has_set || document.was_read {
                has_news |= document.look(room);
            } else {
                // It may be half written. The next looks find it due, so that it is read again.
                document.read(room);
                has_news = true;
            }
            length = others.saturating_add(document.length);
        }
        has_news
    }

    /// Returns the failure of the only document, if there is one.
    fn failure(&self) -> Option<Look> {
        let document = self.documents.get(&self.path)?;
        match &document.error {
            Some(error) => Some(Look::Failed(format!("{}: {error}", self.path.display()))),
            // It has replaced a directory and was not read yet.
            None => document.found.is_none().then_some(Look::Unsettled),
        }
    }

    fn backends(&self) -> Vec<DiscoveredBackend> {
        let found = self
            .documents
            .values()
            .filter_map(|document| document.found.as_ref());
        found
            .flat_map(|found| found.backends.iter().cloned())
            .collect()
    }

    /// Returns the problems of all documents, with the names of the files of a directory.
    fn problems(&self, is_single: bool) -> Vec<EntryProblem> {
        let mut problems = Vec::new();
        for (file, document) in &self.documents {
            let name = file.file_name().map_or(file.as_path(), Path::new).display();
            if let Some(error) = &document.error {
                let rest = if document.found.is_some() {
                    "its last good content stays in use"
                } else {
                    "it has no backends yet"
                };
                problems.push(EntryProblem::new(&name, format_args!("{error}; {rest}")));
            }
            let entries = document.found.iter().flat_map(|found| &found.problems);
            if is_single {
                problems.extend(entries.cloned());
                continue;
            }
            problems.extend(entries.map(|problem| {
                let entry = format_args!("{name}: {}", problem.entry);
                EntryProblem::new(entry, &problem.problem)
            }));
        }
        if self.left_out > 0 {
            let (place, count) = (self.path.display(), self.left_out);
            let problem = format_args!("{count} files beyond the first {MAX_FILES} are not read");
            problems.push(EntryProblem::new(place, problem));
        }
        problems
    }
}
