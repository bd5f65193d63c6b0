//! Where a router is in its life.

use std::sync::Arc;

use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has no port yet.
    Starting,
    /// It answers players.
    Serving,
    /// It was asked to end.
    Draining,
}

/// The phase, for all who go by it.
#[derive(Debug, Clone)]
pub(crate) struct Phases(Arc<watch::Sender<Phase>>);

impl Phases {
    pub(crate) fn starting() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Starting)))
    }

    pub(crate) fn now(&self) -> Phase {
        *self.0.borrow()
    }

    /// It serves from now on, unless somebody has asked it to end already.
    pub(crate) fn serve(&self) {
        self.0.send_if_modified(|phase| {
            let starts = *phase == Phase::Starting;
            if starts {
                *phase = Phase::Serving;
            }
            starts
        });
    }

    /// It was asked to end.
    pub(crate) fn drain(&self) {
        self.0.send_replace(Phase::Draining);
    }

    /// Waits until somebody asks the router to end.
    pub(crate) async fn draining(&self) {
        let mut phases = self.0.subscribe();
        // The sender is `self`, so it can not be gone.
        let _ = phases.wait_for(|phase| *phase == Phase::Draining).await;
    }
}
