//! Errors of reading a file.

use std::io;
use std::path::{Path, PathBuf};

/// A file that was not read, and the reason. Repeats nothing of the content.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
#[non_exhaustive]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// Fault of the file. The text of this error contains it, so it is not its source.
    pub problem: FileProblem,
}

/// Fault of a file. The text does not name the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// The file cannot be opened or read.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// The path leads to something that is not a regular file.
    #[error("is {found}; a regular file is needed")]
    NotAFile {
        /// Kind of the file, such as `a directory`.
        found: &'static str,
    },
    /// The file is too long.
    #[error("has {len} bytes or more; at most {max} are allowed")]
    TooLong {
        /// Its length in bytes, as far as it is known.
        len: u64,
        /// Maximum length in bytes.
        max: usize,
    },
    /// The file is not UTF-8.
    #[error("is not UTF-8 in line {line}, byte {at} of the file; save it as UTF-8")]
    NotText {
        /// Offset of the first byte that is wrong.
        at: usize,
        /// The line that it is in, from 1.
        line: usize,
    },
    /// The file begins with the byte order mark of UTF-16.
    #[error("is UTF-16; save it as UTF-8")]
    Utf16,
}

impl FileError {
    pub(crate) fn new(path: &Path, problem: impl Into<FileProblem>) -> Self {
        Self {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }

    /// Returns whether there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(&self.problem, FileProblem::Read(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        let kind = match &error.problem {
            FileProblem::Read(source) => source.kind(),
            FileProblem::NotAFile { .. } => io::ErrorKind::InvalidInput,
            FileProblem::TooLong { .. } => io::ErrorKind::FileTooLarge,
            FileProblem::NotText { .. } | FileProblem::Utf16 => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}
