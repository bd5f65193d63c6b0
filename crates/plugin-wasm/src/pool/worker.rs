//! A thread of a pool: makes an instance, waits for its place, serves, and makes the next one.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use hyrouter_plugin_api::PluginError;

use super::PoolShared;
use super::job::CallJob;
use crate::error::LoadReason;
use crate::guest::GuestInstance;
use crate::trial::Trial;

/// Shortest and longest pause after an instance could not be made. They double without the `Backoff` of
/// hyrouter-http-client: that would add URLs to this crate for two lines. Jitter has no use here, where no network is
/// involved.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(super) struct PoolWorker {
    pub(super) jobs: Receiver<CallJob>,
    pub(super) shared: Arc<PoolShared>,
}

impl PoolWorker {
    /// Reports the result of its first instance. Ends if that failed, or when the pool is closed.
    pub(super) fn run(self, reports: &Sender<Result<(), LoadReason>>, trial: Option<Trial>) {
        let tried = trial.map_or(Ok(()), Trial::run);
        let mut guest = match tried.and_then(|()| GuestInstance::make(&self.shared.recipe)) {
            Ok(guest) => guest,
            Err(reason) => {
                let _ = reports.send(Err(reason));
                return;
            }
        };
        let _ = reports.send(Ok(()));
        while self.shared.roster.take_place() {
            let is_open = self.serve(&mut guest);
            if !is_open {
                return;
            }
            // Dropped before the next one is made, so that the two never take memory at the same time.
            drop(guest);
            let Some(next) = self.make() else {
                return;
            };
            guest = next;
        }
    }

    /// Makes an instance, with any number of attempts. `None` when the pool is closed.
    fn make(&self) -> Option<GuestInstance> {
        let mut pause = FIRST_PAUSE;
        loop {
            match GuestInstance::make(&self.shared.recipe) {
                Ok(guest) => return Some(guest),
                Err(reason) => {
                    tracing::warn!(%reason, ?pause, "plugin instance not started; retrying");
                }
            }
            if !self.shared.roster.pause(pause) {
                return None;
            }
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    /// Serves calls until the instance is worn or broken. Returns `false` when the pool is closed.
    fn serve(&self, guest: &mut GuestInstance) -> bool {
        let counters = &self.shared.counters;
        while let Ok(job) = self.jobs.recv() {
            counters.calls.fetch_add(1, Ordering::Relaxed);
            answer(guest, job);
            let memory = guest.memory_len();
            // Written only if it changes, since all workers read it.
            if memory > counters.memory_peak.load(Ordering::Relaxed) {
                counters.memory_peak.fetch_max(memory, Ordering::Relaxed);
            }
            // A broken instance cannot serve, so it leaves even if no other stands by.
            if guest.is_broken() {
                counters.broken.fetch_add(1, Ordering::Relaxed);
                self.shared.roster.leave();
                return true;
            }
            // A worn instance serves until another can take over, so that the capacity never drops.
            if guest.is_worn(self.shared.max_calls) && self.shared.roster.leave_if_replaced() {
                counters.worn.fetch_add(1, Ordering::Relaxed);
                return true;
            }
        }
        false
    }
}

/// Makes one call, unless its caller has left.
fn answer(guest: &mut GuestInstance, job: CallJob) {
    let deadline = job.deadline();
    let started = Instant::now();
    // The caller reports a timeout in the queue and one in the guest differently.
    if started >= deadline || !job.begin() {
        return;
    }
    let mut answer = guest.call(job.request(), started, deadline);
    let ended = match &answer {
        Ok(answer) => started + answer.stats.elapsed,
        Err(_) => Instant::now(),
    };
    if ended >= deadline {
        // The caller gave up at the deadline, so this answer reaches no player.
        guest.abandon();
        answer = answer.and(Err(PluginError::trap("time limit exceeded")));
    }
    job.answer(answer);
    guest.finish();
}
