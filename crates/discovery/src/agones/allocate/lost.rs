//! Allocations whose answer may get lost, and which are found by their mark then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyrouter_router::Backend;
use tokio::sync::oneshot;

/// Attempts that are in progress, by their marks.
#[derive(Debug, Default)]
pub(in crate::agones) struct OpenAttempts(Mutex<HashMap<String, oneshot::Sender<Arc<Backend>>>>);

impl OpenAttempts {
    /// Begins an attempt with this mark. It ends when the returned value is dropped.
    pub(in crate::agones) fn begin(&self, mark: String) -> OpenAttempt<'_> {
        let (sender, found) = oneshot::channel();
        self.lock().insert(mark.clone(), sender);
        OpenAttempt {
            attempts: self,
            mark,
            found,
        }
    }

    /// Reports a game server that has this mark. `backend` is called if the attempt is in progress.
    pub(in crate::agones) fn report(&self, mark: &str, backend: impl FnOnce() -> Option<Backend>) {
        let sender = self.lock().remove(mark);
        if let Some(sender) = sender
            && let Some(backend) = backend()
        {
            // The attempt may have ended meanwhile, with its answer.
            let _ = sender.send(Arc::new(backend));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Arc<Backend>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt that is in progress.
#[derive(Debug)]
pub(in crate::agones) struct OpenAttempt<'a> {
    attempts: &'a OpenAttempts,
    mark: String,
    found: oneshot::Receiver<Arc<Backend>>,
}

impl OpenAttempt<'_> {
    /// Returns its mark.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// Waits until a game server with the mark is reported. Never returns if one was reported that cannot be used.
    pub(in crate::agones) async fn found(&mut self) -> Arc<Backend> {
        match (&mut self.found).await {
            Ok(backend) => backend,
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for OpenAttempt<'_> {
    fn drop(&mut self) {
        self.attempts.lock().remove(&self.mark);
    }
}
