//! State that requests and the task of a provider share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyrouter_text::shown;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::PushRefusal;
use super::lease::{Lease, LeaseTable};
use super::state_file::StateFile;
use super::tokens::PushTokens;
use crate::MAX_ID;

/// Maximum number of log lines about leases that end at the same time.
const LOGGED_ENDS: usize = 100;

/// A provider, as its handles and its task see it.
#[derive(Debug)]
pub(super) struct PushState {
    pub(super) provider: Arc<str>,
    pub(super) max_backends: usize,
    pub(super) max_lease: Duration,
    pub(super) tokens: PushTokens,
    pub(super) state_file: Option<StateFile>,
    leases: Mutex<Leases>,
    /// Wakes the task that publishes.
    pub(super) changed: Notify,
    /// Wakes the task that writes the state file.
    pub(super) unsaved: Notify,
}

/// The leases, and the changes that nothing has read yet.
#[derive(Debug, Default)]
pub(super) struct Leases {
    pub(super) table: LeaseTable,
    pub(super) phase: PushPhase,
    /// A backend came, went or changed.
    pub(super) is_changed: bool,
    /// A lease was renewed.
    pub(super) is_renewed: bool,
    pub(super) is_unsaved: bool,
    /// Number of states that were taken to be stored.
    pub(super) saves: u64,
}

/// Part of a provider's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PushPhase {
    /// The state file is not read yet.
    #[default]
    Loading,
    /// Requests are answered.
    Serving,
    /// Another provider has taken the leases over.
    Replaced,
}

impl PushState {
    pub(super) fn new(
        provider: &str,
        max_backends: usize,
        max_lease: Duration,
        tokens: PushTokens,
        state_file: Option<StateFile>,
    ) -> Self {
        Self {
            provider: provider.into(),
            max_backends,
            max_lease,
            tokens,
            state_file,
            leases: Mutex::default(),
            changed: Notify::new(),
            unsaved: Notify::new(),
        }
    }

    /// Returns the leases, without those that have ended.
    pub(super) fn leases(&self) -> MutexGuard<'_, Leases> {
        // Every change of the leases is complete before the next statement that can panic.
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        self.end_expired(&mut leases);
        leases
    }

    /// Returns the leases for a request.
    ///
    /// # Errors
    /// The provider does not answer requests yet, or no more.
    pub(super) fn serving(&self) -> Result<MutexGuard<'_, Leases>, PushRefusal> {
        let leases = self.leases();
        match leases.phase {
            PushPhase::Serving => Ok(leases),
            PushPhase::Loading | PushPhase::Replaced => Err(PushRefusal::NotReady),
        }
    }

    /// Starts to answer requests with these leases, if that was not done yet.
    pub(super) fn serve(&self, found: Vec<(String, Lease)>) {
        let mut leases = self.leases();
        if leases.phase != PushPhase::Loading {
            return;
        }
        for (id, lease) in found {
            leases.table.put(&id, lease);
        }
        leases.phase = PushPhase::Serving;
        // The state file stays as it is until a request changes the leases.
        leases.is_changed = true;
        self.changed.notify_one();
    }

    /// Takes the leases of `previous` over, with their ends.
    pub(super) fn take_over(&self, previous: &Self) {
        let mut theirs = previous.leases();
        if theirs.phase != PushPhase::Serving {
            return;
        }
        theirs.phase = PushPhase::Replaced;
        theirs.is_unsaved = false;
        let table = std::mem::take(&mut theirs.table);
        drop(theirs);
        let mut leases = self.leases();
        leases.table = table;
        leases.phase = PushPhase::Serving;
        self.touch(&mut leases, true);
    }

    /// Wakes the tasks after a change. `is_changed`: more than the end of a lease.
    pub(super) fn touch(&self, leases: &mut Leases, is_changed: bool) {
        leases.is_changed |= is_changed;
        leases.is_renewed = true;
        self.changed.notify_one();
        if self.state_file.is_some() {
            leases.is_unsaved = true;
            self.unsaved.notify_one();
        }
    }

    fn end_expired(&self, leases: &mut Leases) {
        let (now, provider) = (Instant::now(), &*self.provider);
        let mut ended = 0;
        while let Some((id, lease)) = leases.table.pop_ended(now) {
            ended += 1;
            if ended <= LOGGED_ENDS {
                tracing::info!(
                    provider,
                    id = shown(&id).within(MAX_ID).to_string(),
                    backend = %shown(&lease.backend),
                    "backend lease expired"
                );
            }
        }
        if ended > LOGGED_ENDS {
            let count = ended - LOGGED_ENDS;
            tracing::info!(provider, count, "more backend leases expired");
        }
        // The state file needs no write: leases that have ended are dropped when it is read.
        leases.is_changed |= ended > 0;
    }
}
