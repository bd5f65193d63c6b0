use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use hyrouter_proxy::Server;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::admin::{AdminEndpoint, AppControl, Readiness};
use crate::app_handle::AppHandle;
use crate::build::Assembler;
use crate::build::server::bind;
use crate::configuration::{Configuration, Origin};
use crate::error::AppError;
use crate::handler::SwappableHandler;
use crate::lifecycle::{
    CriticalTasks, Drain, Hangups, Phases, ShutdownFuture, SignalSource, Signals, Termination,
    log_end, log_start,
};
use crate::metrics::Metrics;
use crate::observe::access_log::AccessLog;
use crate::observe::sinks::DecisionSinks;
use crate::observe::traces::Traces;
use crate::parts::Parts;
use crate::reconfigure::{Active, AppState, COMMAND_QUEUE, Overrides, Reconfigurer, ReloadHistory};
use crate::snapshot::Snapshot;

/// A router with its ports, which answers once it [runs](Self::run).
pub struct App {
    server: Server<SwappableHandler>,
    admin: Option<AdminEndpoint>,
    pub(crate) reconfigurer: Reconfigurer,
    handle: AppHandle,
    critical_tasks: CriticalTasks,
    services: Handle,
    origin: Origin,
    watch_files: bool,
}

impl App {
    /// Opens what a configuration names, compiles its plugins, and binds its ports.
    ///
    /// Needs a tokio runtime. Reads files and compiles modules on the calling thread, which takes seconds with plugins.
    ///
    /// # Errors
    /// The configuration has mistakes, a file that it names cannot be opened, or a port is in use.
    pub fn build(configuration: impl Into<Configuration>, parts: Parts) -> Result<Self, AppError> {
        let Configuration {
            origin,
            draft,
            files,
        } = configuration.into();
        let services = parts.services.unwrap_or_else(Handle::current);
        let metrics = Metrics::default();
        let mut assembler = Assembler::new(&metrics);
        #[cfg(feature = "wasm")]
        {
            assembler = assembler.with_plugin_output(parts.plugin_output);
        }
        // Sinks and keys may start tasks when they are opened. These belong to this runtime.
        let entered = services.enter();
        let mut assembly = assembler.assemble(draft, None)?;
        let settings = &assembly.settings;
        let traces = Traces::open(settings.otlp.as_ref())?;
        let has_readers = settings.admin.listen.is_some();
        let sinks = DecisionSinks::open(&settings.logging, has_readers, traces)?;
        drop(entered);
        let token = assembly.admin_token.take();
        let assembly = Arc::new(assembly);
        let settings = &assembly.settings;
        let overrides = Overrides::default();
        let log = Arc::new(AccessLog::new());
        let snapshot = Snapshot::new(&assembly, &overrides, None)?;
        let handler = SwappableHandler::new(snapshot, log, metrics.clone(), Arc::new(sinks));
        let server = bind(&assembly, handler.clone())?;
        metrics.connections.watch(server.handle());
        let state = AppState {
            handler,
            server: server.handle(),
            history: Arc::new(ReloadHistory::starting_with(
                origin.to_string(),
                settings.checks.clone(),
            )),
            active: Arc::new(ArcSwap::from_pointee(Active {
                assembly: Arc::clone(&assembly),
                overrides,
            })),
        };
        let (commands, queue) = mpsc::channel(COMMAND_QUEUE);
        let phases = Phases::starting();
        let critical_tasks = CriticalTasks::default();
        let readiness = Readiness {
            phases: phases.clone(),
            critical_tasks: critical_tasks.clone(),
            metrics,
            sinks: Arc::clone(state.handler.sinks()),
        };
        let admin = match settings.admin.listen {
            None => None,
            Some(listen) => {
                let commands = commands.clone();
                let levels = parts.log_levels;
                let control = AppControl::new(&state, &server, commands, readiness, levels);
                Some(AdminEndpoint::bind(listen, token, Arc::new(control))?)
            }
        };
        let reconfigurer = Reconfigurer::new(
            state,
            queue,
            critical_tasks.clone(),
            services.clone(),
            assembler,
        )
        .with_origin(origin.clone(), files)
        .with_tokens(admin.as_ref().map(AdminEndpoint::token_handle));
        Ok(Self {
            server,
            admin,
            reconfigurer,
            handle: AppHandle { commands, phases },
            critical_tasks,
            services,
            origin,
            watch_files: parts.watch_files,
        })
    }

    /// Returns the address of the QUIC entrypoint.
    pub fn local_addr(&self) -> SocketAddr {
        self.server.local_addr()
    }

    /// Returns the address of the admin server, if there is one.
    pub fn admin_addr(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(AdminEndpoint::local_addr)
    }

    /// Returns a handle for commands to the running router.
    pub fn handle(&self) -> AppHandle {
        self.handle.clone()
    }

    /// Answers players until `shutdown` is ready or the router is [drained](AppHandle::drain). Then it answers the
    /// connections in progress, for at most `shutdown.timeout` after `shutdown.delay`.
    ///
    /// # Errors
    /// The QUIC entrypoint stopped unexpectedly.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), AppError> {
        let shutdown = std::pin::pin!(shutdown);
        self.run_until(ShutdownFuture::new(shutdown))
            .await
            .map(drop)
    }

    /// Answers players until a signal of the process ends the router: `SIGHUP` reloads, `SIGTERM` and `SIGINT` shut
    /// down, and a second one of these ends the router without waiting.
    ///
    /// # Errors
    /// The system does not deliver signals, or the QUIC entrypoint stopped unexpectedly.
    pub async fn run_on_signals(self, hangups: Hangups) -> Result<Termination, AppError> {
        // Before the router reports that it is ready: from then on a service manager may send a signal.
        let signals = Signals::new(hangups).map_err(AppError::Signals)?;
        self.run_until(signals).await
    }

    async fn run_until(self, signals: impl SignalSource) -> Result<Termination, AppError> {
        let AppHandle { commands, phases } = self.handle;
        if let Some(admin) = self.admin {
            tracing::info!(listen = %admin.local_addr(), "admin server listening");
            let serving = admin.run(self.services);
            self.critical_tasks.spawn("admin server", serving);
        }
        let state = self.reconfigurer.state.clone();
        let reconfiguring = self.reconfigurer.run(self.watch_files);
        self.critical_tasks.spawn("configuration", reconfiguring);
        log_start(&state.active.load().assembly, &self.origin, &self.server);
        phases.serve();
        let drain = Drain {
            phases,
            commands,
            active: Arc::clone(&state.active),
        };
        let ended = drain.serve(self.server, signals).await;
        state.handler.sinks().close().await;
        log_end(state.handler.metrics());
        ended
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
