//! The runtime of one endpoint.

use std::io;

use tokio::runtime::{Builder, EnterGuard, Runtime};

/// A single-threaded runtime that can be dropped anywhere. Tokio's own panics when it is dropped within another
/// runtime, as a server is that was bound and does not run.
#[derive(Debug)]
pub(crate) struct WorkerRuntime(Option<Runtime>);

impl WorkerRuntime {
    pub(crate) fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    pub(crate) fn enter(&self) -> Option<EnterGuard<'_>> {
        self.0.as_ref().map(Runtime::enter)
    }

    /// Drives this future to its end; `None` only after the drop.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> Option<F::Output> {
        let runtime = self.0.as_ref()?;
        Some(runtime.block_on(future))
    }
}

impl Drop for WorkerRuntime {
    /// Does not wait: a handler that blocks must not keep the process from ending.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
