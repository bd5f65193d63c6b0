//! Why there is no sink.

use std::io;
use std::path::PathBuf;

use hyrouter_http_client::TrustError;

/// A sink can not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The file can not be opened.
    #[error("{} can not be opened to append decisions to: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The thread that writes can not be started.
    #[error("no thread to write decisions with: {0}")]
    Thread(#[source] io::Error),
    /// A number is out of its range.
    #[error("{key} is {value}, allowed is 1 to {most}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What it says.
        value: usize,
        /// The most that is allowed.
        most: usize,
    },
    /// The URL of the webhook is none.
    #[error("{url:?} {problem}; a webhook is https://host[:port]/path or http://host[:port]/path")]
    Url {
        /// The URL, without what may be a password.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The token can not be read from its file, or can not be sent. Nothing of it is said here.
    #[error("the token of the webhook{}: {problem}", in_file(.path.as_ref()))]
    Token {
        /// The file, where it came from one.
        path: Option<PathBuf>,
        /// What is wrong with it.
        problem: String,
    },
    /// The receiver can not be trusted.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

fn in_file(path: Option<&PathBuf>) -> String {
    path.map(|path| format!(" in {}", path.display()))
        .unwrap_or_default()
}
