//! Sources of backends.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use crate::{Allocator, Publisher};

/// The task of a provider. It ends only when it is dropped.
pub type Follow = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A source of backends: a directory of files, a name in DNS, an API server.
///
/// A provider never waits for players, and players never wait for it: it publishes complete sets of backends, and
/// decisions read the latest set.
pub trait Provider: fmt::Debug + Send + Sync {
    /// Returns the task that follows the source and publishes what it finds, until it is dropped.
    ///
    /// The task repeats failed requests itself, with growing waits, and never gives up. It reports each failure with
    /// [`Publisher::fail`] and each contact without a change with [`Publisher::confirm`]. It needs a tokio runtime with
    /// a timer, and for most sources one with I/O.
    fn follow(&self, publisher: Publisher) -> Follow;

    /// Stores what must survive the end of the program. It may write a file, so call it on a thread for blocking work.
    fn store(&self) {}

    /// Returns what allocates backends of this source; none for a source that only lists them.
    fn allocator(&self) -> Option<Arc<dyn Allocator>> {
        None
    }

    /// Returns the access of requests, if backends register themselves with this provider.
    #[cfg(feature = "push")]
    fn push(&self) -> Option<crate::push::PushHandle> {
        None
    }
}
