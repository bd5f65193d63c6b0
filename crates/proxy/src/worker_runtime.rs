//! The runtime of one endpoint.

use std::io;

use tokio::runtime::{Builder, EnterGuard, Runtime};

/// A single-threaded runtime that can be dropped anywhere. Tokio's `Runtime` panics if it is dropped within another
/// runtime, which happens to a server that was bound and never run.
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

    /// Runs a future to completion. `None` only after the drop.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> Option<F::Output> {
        let runtime = self.0.as_ref()?;
        Some(runtime.block_on(future))
    }
}

impl Drop for WorkerRuntime {
    /// Does not wait: a blocking handler must not keep the process from ending.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
