//! When the state file is read and written.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_text::shown;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::lease::Lease;
use super::state::{PushPhase, PushState};

/// Shortest time between two writes of the state file.
const SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// Reads the state file unless the leases are known already, and starts to answer requests.
pub(super) async fn load(state: &Arc<PushState>) {
    if state.leases().phase == PushPhase::Loading {
        let reader = Arc::clone(state);
        // The task panics only if the read does. Then there are no leases.
        let found = spawn_blocking(move || read(&reader)).await;
        state.serve(found.unwrap_or_default());
    }
}

/// Reads the state file. A file that cannot be used is reported, and is replaced by the next write.
fn read(state: &PushState) -> Vec<(String, Lease)> {
    let Some(file) = &state.state_file else {
        return Vec::new();
    };
    let (provider, path) = (&*state.provider, file.path());
    match file.read(state.max_backends, state.max_lease) {
        Ok(leases) => {
            let count = leases.len();
            tracing::info!(provider, file = ?path, count, "backend leases restored");
            leases
        }
        Err(error) => {
            tracing::warn!(
                provider,
                file = ?path,
                error = shown(error).to_string(),
                "state file not used; no leases restored"
            );
            Vec::new()
        }
    }
}

/// Writes the state file after changes, at most once per interval.
pub(super) async fn save(state: &Arc<PushState>) {
    let mut is_failing = false;
    loop {
        state.unsaved.notified().await;
        let writer = Arc::clone(state);
        let result = spawn_blocking(move || write(&writer)).await;
        let result = result.map_err(|error| error.to_string()).flatten();
        if let Err(error) = &result {
            if !is_failing {
                log_unwritten(state, error);
            }
            state.leases().is_unsaved = true;
            state.unsaved.notify_one();
        } else if is_failing {
            let provider = &*state.provider;
            tracing::info!(provider, "state file written again");
        }
        is_failing = result.is_err();
        sleep(SAVE_INTERVAL).await;
    }
}

fn write(state: &PushState) -> Result<(), String> {
    let Some(file) = &state.state_file else {
        return Ok(());
    };
    let mut leases = state.leases();
    // The provider that took the leases over has the file.
    if !leases.is_unsaved || leases.phase != PushPhase::Serving {
        return Ok(());
    }
    leases.is_unsaved = false;
    leases.saves += 1;
    let (number, all) = (leases.saves, leases.table.all());
    drop(leases);
    let written = file.write(number, &all);
    written.map_err(|error| format!("{}: {error}", file.path().display()))
}

fn log_unwritten(state: &PushState, error: &str) {
    let provider = &*state.provider;
    tracing::warn!(
        provider,
        error = shown(error).to_string(),
        "state file cannot be written; a restart may lose leases"
    );
}

/// Writes changes of the last interval when the provider ends.
pub(super) struct LastSave(Arc<PushState>);

impl LastSave {
    pub(super) fn new(state: &Arc<PushState>) -> Self {
        Self(Arc::clone(state))
    }
}

impl Drop for LastSave {
    fn drop(&mut self) {
        store(&self.0);
    }
}

/// Writes changes since the last write at once.
pub(super) fn store(state: &PushState) {
    if let Err(error) = write(state) {
        log_unwritten(state, &error);
    }
}
