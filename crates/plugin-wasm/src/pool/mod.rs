//! The instances of one plugin: each on a thread of its own, all at one queue.
//!
//! There is one more than serve at a time. An instance that is done for leaves its place to the one that stands by, and
//! its thread makes the next one to stand by, so nobody waits while that is made.

mod roster;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use hyrouter_plugin_api::PluginError;
use tokio::sync::oneshot;

use self::roster::Roster;
use self::worker::Worker;
use crate::error::LoadReason;
use crate::guest::Recipe;
use crate::plugin::{CallStats, PoolStatus};
use crate::trial::Trial;

/// Calls that wait for an instance. A chain lets 256 calls of a plugin run at once unless told otherwise.
const QUEUE: usize = 1024;
/// Time beyond that of an instance's own start, for a machine that is busy.
const START_MARGIN: Duration = Duration::from_secs(20);

pub(crate) type Answer = Result<(hyrouter_plugin_api::Answer, CallStats), PluginError>;

/// One call on its way to an instance.
pub(crate) struct Job {
    pub(crate) request: Vec<u8>,
    pub(crate) deadline: Instant,
    pub(crate) reply: oneshot::Sender<Answer>,
    begun: Arc<AtomicBool>,
}

/// A call that somebody waits for.
pub(crate) struct Asked {
    pub(crate) answer: oneshot::Receiver<Answer>,
    begun: Arc<AtomicBool>,
}

impl Asked {
    /// Whether an instance has taken it.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }
}

/// What the threads of a pool share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) recipe: Arc<Recipe>,
    pub(crate) max_calls: u64,
    pub(crate) roster: Roster,
    pub(crate) counters: Counters,
}

/// What happened so far.
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

/// Dropping it ends the threads when they have answered what they are at.
#[derive(Debug)]
pub(crate) struct Pool {
    jobs: Sender<Job>,
    shared: Arc<Shared>,
}

impl Pool {
    /// Returns when all instances are there.
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
            shared: Arc::new(Shared {
                recipe,
                max_calls,
                roster: Roster::new(instances),
                counters: Counters::default(),
            }),
        };
        let (reports, made) = bounded(threads);
        let patience = pool.shared.recipe.start_timeout + START_MARGIN;
        // The first alone: if the plugin can not come up, that is found out once.
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
        jobs: &Receiver<Job>,
        reports: &Sender<Result<(), LoadReason>>,
        trial: Option<Trial>,
    ) -> Result<(), LoadReason> {
        let worker = Worker {
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

    /// Puts a call into the queue, unless that is full.
    pub(crate) fn submit(&self, request: Vec<u8>, deadline: Instant) -> Result<Asked, PluginError> {
        let (reply, answer) = oneshot::channel();
        let begun = Arc::<AtomicBool>::default();
        let job = Job {
            request,
            deadline,
            reply,
            begun: Arc::clone(&begun),
        };
        match self.jobs.try_send(job) {
            Ok(()) => Ok(Asked { answer, begun }),
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

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.roster.close();
    }
}

/// There was no instance for a call.
pub(crate) fn overloaded() -> PluginError {
    PluginError::Overloaded { limit: QUEUE }
}

/// All instances have ended; only a defect here can bring that about.
pub(crate) fn gone() -> PluginError {
    PluginError::trap("there is no instance any more")
}

/// A name with a zero in it is none for a thread.
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
