//! The instances of one plugin, each on its own thread, with one shared queue.
//!
//! One instance more than serve at a time stands by. An instance that ends leaves its place to it, and its thread makes
//! the next standby instance. So no player waits for the creation of an instance.

mod job;
mod relay;
mod roster;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use hyrouter_plugin_api::PluginError;

use self::job::{CallJob, QueuedCall};
use self::roster::Roster;
use self::worker::PoolWorker;
use crate::error::LoadReason;
use crate::guest::Recipe;
use crate::plugin::PoolStatus;
use crate::trial::Trial;

/// Maximum number of calls that wait for an instance. A chain lets 256 calls of a plugin run at once by default.
const QUEUE: usize = 1024;
/// Additional time for the start of an instance, for a busy machine.
const START_MARGIN: Duration = Duration::from_secs(20);

/// State that the threads of a pool share.
#[derive(Debug)]
pub(crate) struct PoolShared {
    pub(crate) recipe: Arc<Recipe>,
    pub(crate) max_calls: u64,
    pub(crate) roster: Roster,
    pub(crate) counters: Counters,
}

/// Counters of a pool.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) calls: AtomicU64,
    /// Instances that were thrown away because they broke.
    pub(crate) broken: AtomicU64,
    /// Instances that were replaced because they were worn.
    pub(crate) worn: AtomicU64,
    /// Largest linear memory that an instance had after a call, in bytes.
    pub(crate) memory_peak: AtomicU64,
}

/// The threads of a plugin. Dropping it ends each thread after its current call.
#[derive(Debug)]
pub(crate) struct InstancePool {
    jobs: Sender<CallJob>,
    shared: Arc<PoolShared>,
}

impl InstancePool {
    /// Starts the threads. Returns when all instances are ready.
    ///
    /// # Errors
    /// An instance or the trial failed, or a thread could not be started.
    pub(crate) fn start(
        name: &str,
        recipe: Arc<Recipe>,
        trial: Option<Trial>,
        instances: u32,
        max_calls: u64,
    ) -> Result<Self, LoadReason> {
        let (jobs, waiting) = bounded(QUEUE);
        let threads = usize::try_from(instances)
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        let pool = Self {
            jobs,
            shared: Arc::new(PoolShared {
                recipe,
                max_calls,
                roster: Roster::new(instances),
                counters: Counters::default(),
            }),
        };
        let (reports, made) = bounded(threads);
        let patience = pool.shared.recipe.start_timeout + START_MARGIN;
        // Only the first thread runs the trial, so that a broken plugin reports its error once. With a trial, three
        // steps may each take the start's time limit: its instance, its call, and the first instance.
        let starts = if trial.is_some() { 3 } else { 1 };
        pool.spawn(name, &waiting, &reports, trial)?;
        await_reports(&made, 1, patience * starts)?;
        for _ in 1..threads {
            pool.spawn(name, &waiting, &reports, None)?;
        }
        await_reports(&made, threads - 1, patience)?;
        Ok(pool)
    }

    fn spawn(
        &self,
        name: &str,
        jobs: &Receiver<CallJob>,
        reports: &Sender<Result<(), LoadReason>>,
        trial: Option<Trial>,
    ) -> Result<(), LoadReason> {
        let worker = PoolWorker {
            jobs: jobs.clone(),
            shared: Arc::clone(&self.shared),
        };
        let reports = reports.clone();
        thread::Builder::new()
            .name(thread_name(name))
            .spawn(move || worker.run(&reports, trial))
            .map(drop)
            .map_err(LoadReason::Thread)
    }

    /// Puts a call into the queue.
    ///
    /// # Errors
    /// The queue is full.
    pub(crate) fn submit(
        &self,
        request: Vec<u8>,
        deadline: Instant,
    ) -> Result<QueuedCall, PluginError> {
        let (job, pending) = CallJob::new(request, deadline);
        match self.jobs.try_send(job) {
            Ok(()) => Ok(pending),
            Err(TrySendError::Full(_)) => Err(overloaded()),
            Err(TrySendError::Disconnected(_)) => Err(gone()),
        }
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let counters = &self.shared.counters;
        let (serving, standing_by) = self.shared.roster.count();
        PoolStatus {
            serving,
            standing_by,
            waiting: self.jobs.len(),
            calls: counters.calls.load(Ordering::Relaxed),
            broken: counters.broken.load(Ordering::Relaxed),
            worn: counters.worn.load(Ordering::Relaxed),
            memory_peak: counters.memory_peak.load(Ordering::Relaxed),
        }
    }
}

impl Drop for InstancePool {
    fn drop(&mut self) {
        self.shared.roster.close();
    }
}

/// Returns the error of a call that found no free instance.
pub(crate) fn overloaded() -> PluginError {
    PluginError::Overloaded { limit: QUEUE }
}

/// Returns the error of a call after all instances have ended, which only a defect in this crate can cause.
pub(crate) fn gone() -> PluginError {
    PluginError::trap("all instances have ended")
}

/// Returns the name of the plugin's threads. A name with a zero byte would make `Builder::name` panic.
fn thread_name(plugin: &str) -> String {
    let name: String = plugin.chars().filter(|c| !c.is_control()).collect();
    format!("wasm-{name}")
}

fn await_reports(
    made: &Receiver<Result<(), LoadReason>>,
    count: usize,
    patience: Duration,
) -> Result<(), LoadReason> {
    let deadline = Instant::now() + patience;
    for _ in 0..count {
        let report = made.recv_deadline(deadline);
        report.unwrap_or(Err(LoadReason::Slow { after: patience }))?;
    }
    Ok(())
}
