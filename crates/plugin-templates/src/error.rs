use std::io;
use std::path::PathBuf;

use crate::{PluginLanguage, TemplateKind};

/// A project cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// No template has this language and kind.
    #[error("there is no template for {language} and {kind}; templates: {known}")]
    Unknown {
        /// The language.
        language: PluginLanguage,
        /// The kind.
        kind: TemplateKind,
        /// The templates that exist.
        known: String,
    },
    /// A name that is not allowed.
    #[error(
        "the name {name:?} {problem}; allowed: a lower-case letter, then lower-case letters, digits, `-` and `_`, at \
         most {} in all",
        crate::ProjectName::MAX_LEN
    )]
    Name {
        /// The name.
        name: String,
        /// The rule that it breaks.
        problem: &'static str,
    },
    /// The folder contains files. None of them is overwritten.
    #[error("{} is not empty; name another folder with --path", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// The embedded templates are damaged.
    #[error("the templates of this program are damaged: {0}")]
    Damaged(String),
}
