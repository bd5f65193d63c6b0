//! Phases of a router.

use std::sync::Arc;

use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The router has no port yet.
    Starting,
    /// The router answers players.
    Serving,
    /// A shutdown was requested.
    Draining,
}

/// Current phase, shared.
#[derive(Debug, Clone)]
pub(crate) struct Phases(Arc<watch::Sender<Phase>>);

impl Phases {
    pub(crate) fn starting() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Starting)))
    }

    pub(crate) fn now(&self) -> Phase {
        *self.0.borrow()
    }

    /// Sets [`Phase::Serving`], unless a shutdown was requested already.
    pub(crate) fn serve(&self) {
        self.0.send_if_modified(|phase| {
            let starts = *phase == Phase::Starting;
            if starts {
                *phase = Phase::Serving;
            }
            starts
        });
    }

    /// Sets [`Phase::Draining`].
    pub(crate) fn drain(&self) {
        self.0.send_replace(Phase::Draining);
    }

    /// Waits until a shutdown is requested.
    pub(crate) async fn draining(&self) {
        let mut phases = self.0.subscribe();
        // Cannot fail: `self` holds the sender.
        let _ = phases.wait_for(|phase| *phase == Phase::Draining).await;
    }
}
