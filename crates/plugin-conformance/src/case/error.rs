use std::fmt::{self, Display};
use std::path::{Path, PathBuf};

use hyrouter_text::shown;

/// A file is not a case: the file, the key, and the problem with the allowed values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseError {
    file: PathBuf,
    key: String,
    problem: String,
}

impl CaseError {
    pub(super) fn new(file: &Path, key: &str, problem: impl Display) -> Self {
        Self {
            file: file.to_owned(),
            key: shown(key).within(200).to_string(),
            problem: shown(problem).to_string(),
        }
    }

    /// Returns the file, or the folder.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", shown(self.file.display()))?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for CaseError {}

/// A problem of a case, without its file.
#[derive(Debug)]
pub(super) struct CaseProblem {
    key: String,
    problem: String,
}

impl CaseProblem {
    pub(super) fn new(key: impl Into<String>, problem: impl Display) -> Self {
        Self {
            key: key.into(),
            problem: problem.to_string(),
        }
    }

    pub(super) fn in_file(self, file: &Path) -> CaseError {
        CaseError::new(file, &self.key, self.problem)
    }
}
