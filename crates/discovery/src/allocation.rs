//! Allocation: a source that allocates a backend for each player, on request.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use hyrouter_router::Backend;
use hyrouter_text::shown;
use tokio::time::Instant;

use crate::Selector;

/// A pool's order for backends. Orders of different pools do not wait for each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationOrder {
    /// Name of the pool: that of its route.
    pub pool: Arc<str>,
    /// Selector of the pool, in addition to that of the provider.
    pub selector: Selector,
}

/// An allocation that is in progress.
pub type Allocating<'a> =
    Pin<Box<dyn Future<Output = Result<Arc<Backend>, AllocationFailed>> + Send + 'a>>;

/// A source that allocates backends.
pub trait Allocator: fmt::Debug + Send + Sync {
    /// Allocates a backend for one player, or fails before `deadline`.
    ///
    /// The future can be dropped at any time. While it waits for its turn that costs no allocation. Once the request is
    /// sent, the backend is kept for a while for another player of the same order.
    ///
    /// # Errors
    /// No backend was allocated, or it is not known whether one was.
    fn allocate<'a>(&'a self, order: &'a AllocationOrder, deadline: Instant) -> Allocating<'a>;
}

/// No backend was allocated. The text is for the operator, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct AllocationFailed {
    failure: AllocationFailure,
    problem: String,
}

impl AllocationFailed {
    /// Creates a failure. Control characters of the text are escaped, and a long text is cut.
    pub fn new(failure: AllocationFailure, problem: impl fmt::Display) -> Self {
        let problem = shown(problem).to_string();
        Self { failure, problem }
    }

    /// Returns the kind of failure.
    pub const fn failure(&self) -> AllocationFailure {
        self.failure
    }
}

/// Kind of a failed allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AllocationFailure {
    /// No server matches.
    Unallocated,
    /// The server that was chosen was lost to another request.
    Contention,
    /// The source refuses the request: rights are missing, or a setting is wrong.
    Refused,
    /// The source is unreachable or failed.
    Unavailable,
    /// The request was sent, and its answer was lost. A server may be allocated.
    Unknown,
    /// The server that was allocated cannot be used.
    Unusable,
    /// Too many players wait already, or the time for the player ended before its turn.
    Busy,
}

impl AllocationFailure {
    /// All values in their order.
    pub const ALL: &[Self] = &[
        Self::Unallocated,
        Self::Contention,
        Self::Refused,
        Self::Unavailable,
        Self::Unknown,
        Self::Unusable,
        Self::Busy,
    ];

    /// Returns the name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unallocated => "unallocated",
            Self::Contention => "contention",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Unknown => "unknown",
            Self::Unusable => "unusable",
            Self::Busy => "busy",
        }
    }
}

impl fmt::Display for AllocationFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
