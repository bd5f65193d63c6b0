//! Cases of the author: a request, and the expected answer.

mod error;
mod expectation;
mod read;
mod request;
mod run;

use std::path::{Path, PathBuf};

use hyrouter_files::read_text;
use serde_json::Value;

pub use self::error::CaseError;
use self::expectation::Expectation;
pub(crate) use self::run::run;
use crate::suite_request::SuiteRequest;

/// Maximum length of a case's file in bytes. A request of this length has thousands of candidates.
const MAX_LEN: usize = 4 << 20;
/// Maximum number of files of a folder.
const MAX_CASES: usize = 10_000;

/// A case of the author.
#[derive(Debug, Clone)]
pub struct PluginCase {
    name: String,
    description: String,
    config: Option<Value>,
    question: SuiteRequest,
    expectation: Expectation,
}

impl PluginCase {
    /// Reads all `*.json` files of a folder, sorted by name. Other files and folders are ignored.
    ///
    /// # Errors
    ///
    /// The folder cannot be read or has no such file, or a file is not a case. There is one error for each wrong file.
    pub fn read_folder(folder: &Path) -> Result<Vec<Self>, Vec<CaseError>> {
        let files = Self::files(folder).map_err(|error| vec![error])?;
        let (mut cases, mut errors) = (Vec::new(), Vec::new());
        for file in &files {
            match Self::read(file) {
                Ok(case) => cases.push(case),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            Ok(cases)
        } else {
            Err(errors)
        }
    }

    /// Returns the files that [`read_folder`](Self::read_folder) reads, sorted by name.
    ///
    /// # Errors
    ///
    /// The folder cannot be read or has no such file.
    pub fn files(folder: &Path) -> Result<Vec<PathBuf>, CaseError> {
        let unreadable = |error: std::io::Error| CaseError::new(folder, "", error);
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
                && !path.is_dir()
            {
                files.push(path);
            }
            if files.len() > MAX_CASES {
                let problem = format!("more than {MAX_CASES} files that end with .json");
                return Err(CaseError::new(folder, "", problem));
            }
        }
        if files.is_empty() {
            let problem = "no file ends with .json; a case is a file such as banned.json";
            return Err(CaseError::new(folder, "", problem));
        }
        files.sort();
        Ok(files)
    }

    /// Reads a case from a file. Its name is that of the file without `.json`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not JSON, or has a wrong key or value.
    pub fn read(file: &Path) -> Result<Self, CaseError> {
        let text =
            read_text(file, MAX_LEN).map_err(|error| CaseError::new(file, "", error.problem))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        read::parse(&name, &text).map_err(|problem| problem.in_file(file))
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the description, which may be empty.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Returns the request, unless the case has its own `config` or the call is expected to fail.
    pub(crate) fn question(&self) -> Option<SuiteRequest> {
        if self.config.is_some() || self.expectation.error.is_some() {
            return None;
        }
        Some(SuiteRequest {
            name: format!("case {}", self.name),
            ..self.question.clone()
        })
    }
}

#[cfg(test)]
mod tests;
