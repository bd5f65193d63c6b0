use crate::TlsError;

/// The settings of a plugin cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GrpcError {
    /// A setting has a value that cannot work.
    #[error("{key} {problem}")]
    Setting {
        /// Name of the setting.
        key: &'static str,
        /// Description of the fault.
        problem: &'static str,
    },
    /// The thread of the connection could not be started.
    #[error("cannot start a thread for the connection: {0}")]
    Thread(#[source] std::io::Error),
    /// Certificates or keys cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}
