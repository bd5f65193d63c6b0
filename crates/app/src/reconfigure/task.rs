//! One task does everything that changes a running router, one thing after the other.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use hyrouter_admin::{AdminTokenHandle, CommandError, ReloadReport};
use hyrouter_proxy::ServerHandle;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::job::{Job, Progress};
use super::reload::Reading;
use super::restart_only::RestartOnly;
use super::watch::Watch;
use crate::build::{Assembler, Assembly};
use crate::file_set::FileSet;
use crate::handler::SwappableHandler;
use crate::lifecycle::CriticalTasks;
use crate::observe::sinks::DecisionSinks;
use crate::reconfigure::Overrides;
use crate::reconfigure::ReloadHistory;

/// How often files are looked at. They are read once two looks are alike, so a change is at work within two seconds.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Longest time to look at files, which is over in microseconds unless a disk hangs.
const LOOKING: Duration = Duration::from_secs(10);
/// CommandSender that may wait.
const WAITING: usize = 64;

/// Something that an operator commands, and where the answer goes.
#[derive(Debug)]
pub(crate) enum Command {
    Reload(Reply<ReloadReport>),
    DrainBackend {
        address: String,
        drained: bool,
        reply: Reply<()>,
    },
    Maintain {
        route: String,
        maintenance: Option<serde_json::Value>,
        reply: Reply<()>,
    },
}

pub(super) type Reply<T> = oneshot::Sender<Result<T, CommandError>>;

/// Takes commands.
pub(crate) type CommandSender = mpsc::Sender<Command>;

/// What the conductor works on, and what others may look at.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub(crate) live: SwappableHandler,
    pub(crate) server: ServerHandle,
    /// Where players reach it.
    pub(crate) address: SocketAddr,
    pub(crate) endpoints: usize,
    /// In seconds since 1970.
    pub(crate) started_at: f64,
    pub(crate) sinks: Arc<DecisionSinks>,
    pub(crate) history: Arc<ReloadHistory>,
    pub(crate) supervisor: CriticalTasks,
    /// What is bound and opened once goes by these.
    pub(crate) restart_only: Arc<RestartOnly>,
    /// What talks to others runs here: files, webhook, keys. The conductor's own runtime waits for none of it.
    pub(crate) services: Handle,
    /// Of the admin server, once it is there.
    pub(crate) tokens: Arc<OnceLock<AdminTokenHandle>>,
    /// The configuration at work and the commands in force.
    pub(crate) active: Arc<ArcSwap<Active>>,
}

/// The configuration at work and the commands in force.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) assembly: Arc<Assembly>,
    pub(crate) overrides: Overrides,
}

pub(crate) struct Reconfigurer {
    pub(super) running: Running,
    pub(super) file: Option<PathBuf>,
    pub(super) assembler: Assembler,
    pub(super) watch: Watch,
    /// How the files looked that the configuration at work was read from.
    pub(super) active_files: FileSet,
    commands: mpsc::Receiver<Command>,
    looking: Option<Job<FileSet>>,
    pub(super) reading: Reading,
    pub(super) keeping: Option<AbortHandle>,
    /// When a configuration was last refused, and why, unless a good one came since.
    pub(super) refused: Option<(Instant, Vec<String>)>,
}

impl Reconfigurer {
    /// Conducts a router that was started with this configuration, whose files looked like that.
    pub(crate) fn new(
        running: Running,
        file: Option<PathBuf>,
        assembler: Assembler,
        look: FileSet,
    ) -> (Self, CommandSender) {
        let (sender, commands) = mpsc::channel(WAITING);
        let conductor = Self {
            running,
            file,
            assembler,
            watch: Watch::from(look.clone()),
            active_files: look,
            commands,
            looking: None,
            reading: Reading::default(),
            keeping: None,
            refused: None,
        };
        (conductor, sender)
    }

    /// Follows commands for ever, and files when `watching`. Nothing here waits for a file: files are looked at and read on
    /// other threads, and commands are followed meanwhile.
    pub(crate) async fn run(mut self, watching: bool) {
        self.keep_keys();
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(command) = self.commands.recv() => self.handle(command).await,
                _ = looks.tick(), if watching => self.look(),
                looked = Job::news(&mut self.looking) => self.looked(looked),
                read = Job::news(&mut self.reading.job) => self.has_read(read).await,
            }
        }
    }

    fn look(&mut self) {
        // What is being read was looked at just before.
        if self.looking.is_some() || self.reading.job.is_some() {
            return;
        }
        let known = self.watch.read().clone();
        let looking = Job::begin(&self.running.services, LOOKING, move || known.refresh());
        self.looking = Some(looking);
    }

    /// Reads the files again when they have changed and rest.
    fn looked(&mut self, looked: Progress<FileSet>) {
        let now = match looked {
            Progress::Done(Ok(now)) => now,
            Progress::Late => return,
            Progress::Done(Err(_)) | Progress::Overdue => {
                tracing::warn!("the files of the configuration can not be looked at");
                return;
            }
        };
        if self.reading.job.is_some() {
            return;
        }
        if self.watch.is_due(now) {
            tracing::info!("files of the configuration have changed");
            self.reload(None);
        } else {
            self.try_again();
        }
    }

    async fn handle(&mut self, command: Command) {
        // Whoever asked may have gone; what they ordered is done all the same.
        match command {
            Command::Reload(reply) => self.reload(Some(reply)),
            Command::DrainBackend {
                address,
                drained,
                reply,
            } => {
                let _ = reply.send(self.drain_backend(&address, drained).await);
            }
            Command::Maintain {
                route,
                maintenance,
                reply,
            } => {
                let _ = reply.send(self.maintain(&route, maintenance).await);
            }
        }
    }
}
