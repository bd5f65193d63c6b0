use std::fmt;
use std::path::{Path, PathBuf};

use hyrouter_config::{ConfigError, Draft, Settings, Sources};
use hyrouter_files::watch::FileSet;

/// Source of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A YAML or JSON file, overridden by the environment of the process.
    File(PathBuf),
    /// The built-in configuration, overridden by the environment of the process.
    BuiltIn,
    /// Settings made by the program, which cannot be reloaded.
    Program,
}

impl Origin {
    /// Returns the file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::BuiltIn | Self::Program => None,
        }
    }

    /// Returns the file and the environment as sources of settings.
    pub fn sources(&self) -> Sources {
        match self.file() {
            Some(file) => Sources::new().with_file(file),
            None => Sources::new(),
        }
    }

    /// Reads the settings and lists the mistakes in them, without opening the files that they name.
    ///
    /// # Errors
    /// The file cannot be read, or is no YAML or JSON.
    pub fn read(&self) -> Result<Draft, ConfigError> {
        if *self == Self::Program {
            let reason = "the settings come from the program; there is no file to reload";
            return Err(ConfigError::Merge(reason.to_owned()));
        }
        self.sources().read()
    }

    /// Returns fingerprints of the configuration file and of the files that the settings name.
    pub(crate) fn files(&self, settings: &Settings) -> FileSet {
        let file = self.file().map(Path::to_owned);
        let named = settings.files.iter().map(|named| named.file.clone());
        FileSet::at(file.into_iter().chain(named))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::BuiltIn => f.write_str("built in"),
            Self::Program => f.write_str("program"),
        }
    }
}

/// Settings with their origin. The files that they name are not opened yet.
#[derive(Debug)]
pub struct Configuration {
    pub(crate) origin: Origin,
    pub(crate) draft: Draft,
    /// Fingerprints from before the files were read, so that a change during the read triggers a reload.
    pub(crate) files: FileSet,
}

impl Configuration {
    /// Reads the settings. [`App::build`](crate::App::build) reports the mistakes in them, together with those in the
    /// files that they name.
    ///
    /// # Errors
    /// The file cannot be read, or is no YAML or JSON.
    pub fn read(origin: Origin) -> Result<Self, ConfigError> {
        let before = FileSet::at(origin.file().map(Path::to_owned));
        let draft = origin.read()?;
        let files = origin.files(&draft.settings).with_earlier(&before);
        Ok(Self {
            origin,
            draft,
            files,
        })
    }
}

impl From<Settings> for Configuration {
    fn from(settings: Settings) -> Self {
        let origin = Origin::Program;
        Self {
            files: origin.files(&settings),
            draft: settings.into(),
            origin,
        }
    }
}
