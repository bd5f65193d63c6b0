//! A server that has an address.

use std::fmt;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::connections::{IncomingConnections, TransportSecurity};
use super::health::HealthService;
use super::service::PluginService;
use super::{Listener, OnConnect, Server, ServerError, ServerLimits};

/// A client that sends nothing is asked for a sign of life after this long.
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// Without one in this time its connection ends: a router that vanished does not hold one for ever.
const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// Calls of one connection at once. As many as a router by default makes over all its connections.
const MAX_STREAMS: u32 = 256;

/// A server that has an address. Connections wait in the kernel's queue until it [runs](Self::run).
pub struct Bound<P> {
    plugin: P,
    limits: ServerLimits,
    listener: Listener,
    security: TransportSecurity,
    address: String,
}

impl<P: OnConnect> Bound<P> {
    pub(super) fn new(server: Server<P>, listener: Listener, security: TransportSecurity) -> Self {
        Self {
            plugin: server.plugin,
            limits: server.limits,
            address: listener.address(),
            listener,
            security,
        }
    }

    /// Where it listens, as the router's configuration wants it: `127.0.0.1:7777` or `unix:/run/bans.sock`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Serves until ctrl-c or SIGTERM, then finishes the calls that run.
    ///
    /// # Errors
    ///
    /// When the signals can not be waited for, or serving fails.
    pub async fn run(self) -> Result<(), ServerError> {
        let stop = Signals::new().map_err(ServerError::Signals)?.any();
        self.run_until(stop).await
    }

    /// Serves until something happens, then accepts no more connections, tells those that there are, and finishes the
    /// calls that run, for as long as [`Server::drain_timeout`] lets them.
    ///
    /// # Errors
    ///
    /// When serving fails.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), ServerError> {
        let (drain, is_draining) = watch::channel(false);
        let (close, closing) = oneshot::channel::<()>();
        let front = PluginService::new(self.plugin, self.limits, HealthService::new(is_draining));
        let incoming =
            IncomingConnections::new(self.listener, self.security, self.limits.max_connections);
        let serving = tonic::transport::Server::builder()
            .http2_keepalive_interval(Some(PING_INTERVAL))
            .http2_keepalive_timeout(Some(PING_TIMEOUT))
            .max_concurrent_streams(MAX_STREAMS)
            .serve_with_incoming_shutdown(front, incoming, async {
                drop(closing.await);
            });
        let mut serving = std::pin::pin!(serving);
        tracing::info!(address = self.address, "plugin is served");
        let failed = |error: tonic::transport::Error| ServerError::Serve(error.to_string());
        tokio::select! {
            result = &mut serving => return result.map_err(failed),
            () = stop => {}
        }
        tracing::info!(address = self.address, "plugin finishes its calls");
        drain.send_replace(true);
        drop(close);
        let drained = timeout(self.limits.drain_timeout, serving).await;
        drained
            .unwrap_or_else(|_| {
                tracing::warn!(
                    address = self.address,
                    "calls took too long and were given up"
                );
                Ok(())
            })
            .map_err(failed)
    }
}

impl<P> fmt::Debug for Bound<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound")
            .field("address", &self.address)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The signals that ask a program to end.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(unix)]
    async fn any(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn any(self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
