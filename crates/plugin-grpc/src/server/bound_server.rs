//! A server that listens.

use std::fmt;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::connections::{IncomingConnections, TransportSecurity};
use super::health::HealthService;
use super::plugin_server::ServerLimits;
use super::service::PluginService;
use super::{Listener, OnConnect, PluginServer, PluginServerError};

/// Time without data after which a client gets a ping.
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// Maximum time until the response to a ping. Without one, the connection of a vanished router would be kept forever.
const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of concurrent calls of one connection. A router makes at most 256 by default.
const MAX_STREAMS: u32 = 256;

/// A server that listens. Connections wait in the kernel's queue until it [runs](Self::run).
pub struct BoundServer<P> {
    plugin: P,
    limits: ServerLimits,
    listener: Listener,
    security: TransportSecurity,
    address: String,
}

impl<P: OnConnect> BoundServer<P> {
    pub(super) fn new(
        server: PluginServer<P>,
        listener: Listener,
        security: TransportSecurity,
    ) -> Self {
        Self {
            plugin: server.plugin,
            limits: server.limits,
            address: listener.address(),
            listener,
            security,
        }
    }

    /// Returns the address in the form of the router's configuration: `127.0.0.1:7777` or `unix:/run/bans.sock`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Serves until ctrl-c or SIGTERM, then finishes the calls that run.
    ///
    /// # Errors
    ///
    /// The signal handlers could not be installed, or serving failed.
    pub async fn run(self) -> Result<(), PluginServerError> {
        let stop = Signals::new().map_err(PluginServerError::Signals)?.any();
        self.run_until(stop).await
    }

    /// Serves until the future ends. Then it accepts no more connections, notifies the clients, and finishes running
    /// calls within the time of [`PluginServer::with_drain_timeout`].
    ///
    /// # Errors
    ///
    /// Serving failed.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), PluginServerError> {
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
        tracing::info!(address = self.address, "plugin server started");
        let failed = |error: tonic::transport::Error| PluginServerError::Serve(error.to_string());
        tokio::select! {
            result = &mut serving => return result.map_err(failed),
            () = stop => {}
        }
        tracing::info!(address = self.address, "plugin server draining");
        drain.send_replace(true);
        drop(close);
        let drained = timeout(self.limits.drain_timeout, serving).await;
        drained
            .unwrap_or_else(|_| {
                tracing::warn!(
                    address = self.address,
                    "drain timed out, remaining calls dropped"
                );
                Ok(())
            })
            .map_err(failed)
    }
}

impl<P> fmt::Debug for BoundServer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundServer")
            .field("address", &self.address)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Signals that stop a program.
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
