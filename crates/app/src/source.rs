//! Where a configuration is read from.

use std::fmt;
use std::path::{Path, PathBuf};

use hyrouter_config::{ConfigError, Draft, Settings, Sources};

use crate::file_set::FileSet;

/// Where a configuration came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file, YAML or JSON.
    File(PathBuf),
    /// Only what is built in, under the variables of the environment.
    BuiltIn,
}

impl Origin {
    /// Returns the file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::BuiltIn => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::BuiltIn => f.write_str("built in"),
        }
    }
}

/// Reads this file, or what is built in.
///
/// # Errors
/// The file cannot be read or is no configuration at all.
pub fn read(file: Option<&Path>) -> Result<Draft, ConfigError> {
    sources(file).read()
}

/// Returns the sources of a configuration: what is built in, this file, the environment.
pub fn sources(file: Option<&Path>) -> Sources {
    match file {
        Some(file) => Sources::new().with_file(file),
        None => Sources::new(),
    }
}

/// Returns how the configuration's file and those that it names look.
pub fn look(file: Option<&Path>, settings: &Settings) -> FileSet {
    let file = file.map(Path::to_owned);
    let named = settings.files.iter().map(|named| named.file.clone());
    FileSet::at(file.into_iter().chain(named))
}
