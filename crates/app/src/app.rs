use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

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
use crate::lifecycle::{CriticalTasks, Phases};
use crate::metrics::Metrics;
use crate::observe::access_log::AccessLog;
use crate::observe::sinks::DecisionSinks;
use crate::observe::traces::Traces;
use crate::parts::Parts;
use crate::push::PushEndpoint;
use crate::reconfigure::{Active, AppState, COMMAND_QUEUE, Overrides, Reconfigurer, ReloadHistory};
use crate::snapshot::Snapshot;

/// A router with its ports, which answers once it [runs](Self::run).
pub struct App {
    pub(crate) server: Server<SwappableHandler>,
    pub(crate) admin: Option<AdminEndpoint>,
    pub(crate) push: Option<PushEndpoint>,
    pub(crate) reconfigurer: Reconfigurer,
    pub(crate) handle: AppHandle,
    pub(crate) critical_tasks: CriticalTasks,
    pub(crate) services: Handle,
    pub(crate) origin: Origin,
    pub(crate) watch_files: bool,
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
            active: Arc::clone(&state.active),
            started: Instant::now(),
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
        let push = PushEndpoint::bind(&assembly, &state.server)?;
        let reconfigurer = Reconfigurer::new(
            state,
            queue,
            critical_tasks.clone(),
            services.clone(),
            assembler,
        )
        .with_origin(origin.clone(), files)
        .with_tokens(admin.as_ref().map(AdminEndpoint::token_handle))
        .with_push(push.as_ref().map(PushEndpoint::access));
        Ok(Self {
            server,
            admin,
            push,
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

    /// Returns the address of the server of pushes, if there is one.
    pub fn push_addr(&self) -> Option<SocketAddr> {
        self.push.as_ref().map(PushEndpoint::local_addr)
    }

    /// Returns a handle for commands to the running router.
    pub fn handle(&self) -> AppHandle {
        self.handle.clone()
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
