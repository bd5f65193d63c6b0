use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, PluginAnswer, PluginError};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use super::case_list::CaseList;
use super::{RecordingEnd, RecordingOptions, RecordingReport};

/// Time for which a recording that has ended can be read. Then it is dropped, whether its reader came back or not.
const KEPT: Duration = Duration::from_mins(1);

/// Place of the recording of one plugin.
#[derive(Default)]
pub(crate) struct RecordingTap {
    /// Whether calls are recorded. Relaxed: the recording itself is behind the lock, and a call that begins just before
    /// or after the switch may count or not.
    is_on: AtomicBool,
    /// Calls that came while the lock was taken.
    missed: AtomicU64,
    recording: Mutex<Option<Recording>>,
}

struct Recording {
    until: Instant,
    end: Option<RecordingEnd>,
    calls: u64,
    failed: u64,
    oversize: u64,
    cases: CaseList,
    /// Task that drops this recording.
    expiry: AbortHandle,
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.expiry.abort();
    }
}

impl fmt::Debug for RecordingTap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordingTap")
            .field("is_on", &self.is_on)
            .finish_non_exhaustive()
    }
}

impl RecordingTap {
    /// Starts a recording, in place of one that has ended. Returns `false` if one is running.
    pub(crate) fn start(self: &Arc<Self>, options: &RecordingOptions) -> bool {
        let mut recording = self.lock();
        if recording
            .as_mut()
            .is_some_and(|running| running.check().is_none())
        {
            return false;
        }
        let duration = options.duration.min(RecordingOptions::MAX_DURATION);
        let tap = Arc::downgrade(self);
        let expiry = tokio::spawn(async move {
            sleep(duration + KEPT).await;
            if let Some(tap) = tap.upgrade() {
                tap.stop();
            }
        });
        self.missed.store(0, Ordering::Relaxed);
        *recording = Some(Recording {
            until: Instant::now() + duration,
            end: None,
            calls: 0,
            failed: 0,
            oversize: 0,
            cases: CaseList::new(options),
            expiry: expiry.abort_handle(),
        });
        self.is_on.store(true, Ordering::Relaxed);
        true
    }

    /// Returns the state of the recording, if there is one.
    pub(crate) fn report(&self) -> Option<RecordingReport> {
        let mut recording = self.lock();
        recording
            .as_mut()
            .map(|recording| self.report_of(recording))
    }

    /// Ends the recording and drops it. Returns its last state.
    pub(crate) fn stop(&self) -> Option<RecordingReport> {
        let mut recording = self.lock();
        self.is_on.store(false, Ordering::Relaxed);
        recording
            .take()
            .map(|mut recording| self.report_of(&mut recording))
    }

    /// Records one call if there is a recording.
    pub(crate) fn record(
        &self,
        request: &ConnectRequest,
        answer: &Result<PluginAnswer, PluginError>,
    ) {
        if self.is_on.load(Ordering::Relaxed) {
            self.record_call(request, answer);
        }
    }

    #[cold]
    fn record_call(&self, request: &ConnectRequest, answer: &Result<PluginAnswer, PluginError>) {
        // A player does not wait for the call of another player to be recorded.
        let mut recording = match self.recording.try_lock() {
            Ok(recording) => recording,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.missed.fetch_add(1, Ordering::Relaxed);
                return;
            }
        };
        let Some(recording) = recording.as_mut() else {
            return;
        };
        if recording.check().is_none() {
            recording.add(request, answer);
        }
        if recording.end.is_some() {
            self.is_on.store(false, Ordering::Relaxed);
        }
    }

    fn report_of(&self, recording: &mut Recording) -> RecordingReport {
        RecordingReport {
            end: recording.check(),
            calls: recording.calls,
            failed: recording.failed,
            omitted: recording.oversize + self.missed.load(Ordering::Relaxed),
            cases: recording.cases.to_vec(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Recording>> {
        // A case is complete before it is added, so the list is valid even if the lock is poisoned.
        self.recording
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recording {
    /// Returns the reason of its end. Ends it if its time has passed.
    fn check(&mut self) -> Option<RecordingEnd> {
        if self.end.is_none() && Instant::now() >= self.until {
            self.end = Some(RecordingEnd::Time);
        }
        self.end
    }

    fn add(&mut self, request: &ConnectRequest, answer: &Result<PluginAnswer, PluginError>) {
        let Ok(answer) = answer else {
            self.failed += 1;
            return;
        };
        self.calls += 1;
        if self.cases.add(request, answer) {
            self.end = self.cases.end();
        } else {
            self.oversize += 1;
        }
    }
}
