use crate::TlsError;

/// A plugin can not be made of its settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GrpcError {
    /// A setting has a value that could not work.
    #[error("{key} {problem}")]
    Setting {
        /// Its name.
        key: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The system gives no thread for the connection.
    #[error("a thread for the connection: {0}")]
    Thread(#[source] std::io::Error),
    /// Certificates or keys can not be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}
