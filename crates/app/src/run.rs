//! The run of a router, from its first player to its end.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::app_handle::AppHandle;
use crate::error::AppError;
use crate::lifecycle::{
    Drain, Hangups, ShutdownFuture, SignalSource, Signals, Termination, log_end, log_start,
};

/// Maximum time to store the leases of backends at the end. A disk may hang.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

impl App {
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
        let services = self.services;
        if let Some(admin) = self.admin {
            tracing::info!(listen = %admin.local_addr(), "admin server listening");
            let serving = admin.run(services.clone());
            self.critical_tasks.spawn("admin server", serving);
        }
        if let Some(push) = self.push {
            let scheme = if push.has_tls() { "https" } else { "http" };
            tracing::info!(listen = %push.local_addr(), scheme, "push server listening");
            let serving = push.run();
            self.critical_tasks
                .spawn_on(&services, "push server", serving);
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
        let assembly = Arc::clone(&state.active.load().assembly);
        assembly.sources.store(STORE_TIMEOUT).await;
        log_end(state.handler.metrics());
        ended
    }
}
