//! Refused requests.

use hyrouter_text::shown;

use crate::MAX_ID;

/// A refused request. It has changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushRefusal {
    /// The provider still reads its state file, or a reload has replaced it. A later request succeeds.
    #[error("the provider is starting; retry in 1 s")]
    NotReady,
    /// The token cannot change this backend.
    #[error("this token cannot change {:?}; allowed: ids that begin with {}", shown(id).within(MAX_ID).to_string(), list(prefixes))]
    OtherPrefix {
        /// Id of the request.
        id: String,
        /// Prefixes of the token.
        prefixes: Vec<String>,
    },
    /// The backend has no lease.
    #[error("{:?} has no lease; register it with PUT", shown(id).within(MAX_ID).to_string())]
    NoLease {
        /// Id of the request.
        id: String,
    },
    /// The provider has its maximum number of leases.
    #[error("the provider has {max} leases, which is its `max_backends`")]
    Full {
        /// The maximum.
        max: usize,
    },
    /// The request cannot be used.
    #[error("{0}")]
    Invalid(String),
}

fn list(prefixes: &[String]) -> String {
    let quoted: Vec<_> = prefixes
        .iter()
        .map(|prefix| format!("{prefix:?}"))
        .collect();
    quoted.join(" or ")
}
