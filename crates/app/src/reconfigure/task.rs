//! The task that makes all changes of a running router, one at a time.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use hyrouter_files::watch::{FileSet, Watch};
use hyrouter_proxy::ServerHandle;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::command::ReconfigureCommand;
use super::history::ReloadHistory;
use super::job::{Job, Progress};
use super::overrides::Overrides;
use super::reload::PendingReload;
use super::restart_only::RestartOnly;
use crate::admin::AdminTokenHandle;
use crate::build::{Assembler, Assembly};
use crate::configuration::Origin;
use crate::discovery::{Pacing, Trigger};
use crate::handler::SwappableHandler;
use crate::lifecycle::CriticalTasks;
use crate::push::PushAccess;

/// Interval of checks for changed files. Files are read once two checks agree, so a change is applied within 2 s.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Interval of checks for discovered backends that have become too old.
const AGE_INTERVAL: Duration = Duration::from_secs(1);
/// Maximum time of a check. It takes microseconds if no disk hangs.
const CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// State of a running router, changed by the task and shown by the admin server.
#[derive(Debug, Clone)]
pub(crate) struct AppState {
    pub(crate) handler: SwappableHandler,
    pub(crate) server: ServerHandle,
    pub(crate) history: Arc<ReloadHistory>,
    pub(crate) active: Arc<ArcSwap<Active>>,
}

/// The active configuration and the commands on top of it.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) assembly: Arc<Assembly>,
    pub(crate) overrides: Overrides,
}

pub(crate) struct Reconfigurer {
    pub(crate) state: AppState,
    pub(super) origin: Origin,
    pub(super) assembler: Assembler,
    /// Settings that are used only at the start.
    pub(super) restart_only: RestartOnly,
    /// Token of the admin server, if there is one.
    pub(super) tokens: Option<AdminTokenHandle>,
    /// The server of pushes, if there is one.
    pub(super) push: Option<PushAccess>,
    pub(super) critical_tasks: CriticalTasks,
    /// Runtime for work that may hang: files, webhook, keys. The task itself never waits for it.
    pub(super) services: Handle,
    pub(super) watch: Watch,
    /// Fingerprints of the files that the active configuration was read from.
    pub(super) active_files: FileSet,
    commands: mpsc::Receiver<ReconfigureCommand>,
    file_check: Option<Job<FileSet>>,
    pub(super) pending: PendingReload,
    pub(super) key_task: Option<AbortHandle>,
    pub(super) pacing: Pacing,
    /// Time and mistakes of the last rejected configuration, until one is applied.
    pub(super) rejected: Option<(Instant, Vec<String>)>,
}

impl Reconfigurer {
    pub(crate) fn new(
        state: AppState,
        commands: mpsc::Receiver<ReconfigureCommand>,
        critical_tasks: CriticalTasks,
        services: Handle,
        assembler: Assembler,
    ) -> Self {
        Self {
            restart_only: RestartOnly::of(&state.active.load().assembly.settings),
            state,
            origin: Origin::Program,
            assembler,
            tokens: None,
            push: None,
            critical_tasks,
            services,
            watch: Watch::from(FileSet::default()),
            active_files: FileSet::default(),
            commands,
            file_check: None,
            pending: PendingReload::default(),
            key_task: None,
            pacing: Pacing::new(Trigger::default()),
            rejected: None,
        }
    }

    /// Sets the origin of the active configuration, with the fingerprints of its files.
    pub(crate) fn with_origin(mut self, origin: Origin, files: FileSet) -> Self {
        self.origin = origin;
        self.watch = Watch::from(files.clone());
        self.active_files = files;
        self
    }

    /// Sets the token of the admin server, which a reload may replace.
    pub(crate) fn with_tokens(mut self, tokens: Option<AdminTokenHandle>) -> Self {
        self.tokens = tokens;
        self
    }

    /// Sets the server of pushes, which follows reloads.
    pub(crate) fn with_push(mut self, push: Option<PushAccess>) -> Self {
        self.push = push;
        self
    }

    /// Handles commands without end, and checks files if `watch_files`. Never waits for a file: files are checked and
    /// read on other threads, while commands are handled.
    pub(crate) async fn run(mut self, watch_files: bool) {
        self.follow_keys();
        self.start_sources();
        let mut checks = tokio::time::interval(CHECK_INTERVAL);
        checks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut ages = tokio::time::interval(AGE_INTERVAL);
        ages.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(command) = self.commands.recv() => self.handle(command).await,
                _ = checks.tick(), if watch_files => self.check_files(),
                checked = Job::progress(&mut self.file_check) => self.files_checked(checked),
                () = self.pacing.due() => self.rediscover().await,
                _ = ages.tick(), if self.has_aging_sources() => self.pacing.trigger().fire(),
                loaded = Job::progress(&mut self.pending.job) => self.loaded(loaded).await,
            }
        }
    }

    fn check_files(&mut self) {
        // The first tick is skipped: the files were just read.
        if self.file_check.is_some() || self.pending.job.is_some() {
            return;
        }
        let known = self.watch.read().clone();
        let check = Job::begin(&self.services, CHECK_TIMEOUT, move || known.refresh());
        self.file_check = Some(check);
    }

    /// Reloads once files have changed and were stable for one interval.
    fn files_checked(&mut self, checked: Progress<FileSet>) {
        let now = match checked {
            Progress::Done(Ok(now)) => now,
            Progress::Late => return,
            Progress::Done(Err(_)) | Progress::Overdue => {
                tracing::warn!("check for changed files failed");
                return;
            }
        };
        if self.pending.job.is_some() {
            return;
        }
        if self.watch.is_due(now) {
            tracing::info!("configuration files changed");
            self.reload(None);
        } else {
            self.try_again();
        }
    }

    async fn handle(&mut self, command: ReconfigureCommand) {
        // The requester may have gone. Its command is done anyway.
        match command {
            ReconfigureCommand::Reload(reply) => self.reload(Some(reply)),
            ReconfigureCommand::DrainBackend {
                address,
                drained,
                reply,
            } => {
                let _ = reply.send(self.drain_backend(&address, drained).await);
            }
            ReconfigureCommand::Maintain {
                route,
                maintenance,
                reply,
            } => {
                let _ = reply.send(self.maintain(&route, maintenance).await);
            }
        }
    }
}
