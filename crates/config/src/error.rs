use std::fmt;
use std::path::PathBuf;

use hyrouter_files::FileError;

use crate::Problem;

/// Reason why a configuration cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file does not exist.
    #[error("{}: the file does not exist", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read, is not a regular file, is not UTF-8, or is too long.
    #[error("{0}")]
    Read(FileError),
    /// The extension of the file is not that of a known format.
    #[error("{}: unknown file extension; allowed: .yaml, .yml, .json", .path.display())]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no key.
    #[error(
        "{}: the file is empty; allowed: at least `routing`, with a `default` pool or `routes`", .path.display()
    )]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Standard input or a pipe holds no key, or was read before.
    #[error(
        "{}: the input is empty; a pipe can be read only once, so a reload needs a file", .path.display()
    )]
    Spent {
        /// The input.
        path: PathBuf,
    },
    /// The file is not YAML or JSON.
    #[error("{}:{line}:{column}: {message}", .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: u64,
        /// The message of the parser. It repeats keys, never values.
        message: String,
    },
    /// File and environment cannot be merged.
    #[error("{0}")]
    Merge(String),
    /// The file or the environment has invalid values.
    #[error("{}", Lines(.problems))]
    Invalid {
        /// All problems, at least one.
        problems: Vec<Problem>,
    },
}

impl ConfigError {
    /// Returns all problems; none if the file could not be read.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid { problems } => problems,
            _ => &[],
        }
    }
}

/// Writes one problem per line.
struct Lines<'a>(&'a [Problem]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}
