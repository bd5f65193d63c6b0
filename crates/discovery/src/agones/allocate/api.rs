//! The way to the allocation service.

use std::{fmt, future::Future, pin::Pin};

/// A request that is in progress.
pub(in crate::agones) type Posting<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<u8>, PostFailed>> + Send + 'a>>;

/// Sends requests for allocations, each once.
pub(in crate::agones) trait AllocationApi: fmt::Debug + Send + Sync {
    /// Sends a request and returns the body of the answer.
    ///
    /// # Errors
    /// There is no answer, or it is no success.
    fn post(&self, body: Vec<u8>) -> Posting<'_>;
}

/// There is no answer, or it is no success. The text is for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::agones) enum PostFailed {
    /// The request was not sent.
    NotSent(String),
    /// The request may have been sent, so that it may have had its effect.
    Lost(String),
    /// The answer has this status.
    Status(u16, String),
}

impl PostFailed {
    /// Returns the text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::NotSent(text) | Self::Lost(text) | Self::Status(_, text) => text,
        }
    }
}
