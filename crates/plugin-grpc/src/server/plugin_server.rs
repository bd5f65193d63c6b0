//! A plugin and how it is served.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

#[cfg(feature = "tls")]
use super::ServerTls;
use super::connections::TransportSecurity;
use super::{BoundServer, Listener, OnConnect, PluginServerError};
use crate::PluginAddress;

/// Serves a plugin at an address (`host:port` or `unix:PATH`) until ctrl-c or SIGTERM, then finishes the calls that
/// run. [`PluginServer`] has limits, TLS and a custom shutdown.
///
/// # Errors
///
/// The text is not an address, listening on it failed, or serving failed.
pub async fn serve(address: &str, plugin: impl OnConnect) -> Result<(), PluginServerError> {
    PluginServer::new(plugin).bind(address).await?.run().await
}

/// A plugin and the settings of its server.
///
/// Its clients are routers, not players: on a network that others can reach, use TLS with a `client_ca_file`, or a unix
/// socket.
///
/// ```no_run
/// # use hyrouter_plugin_grpc::{ConnectRequest, ConnectResponse, PluginFailure, PluginServerError};
/// # async fn example() -> Result<(), PluginServerError> {
/// use hyrouter_plugin_grpc::PluginServer;
///
/// let everyone = async |_: ConnectRequest| Ok::<_, PluginFailure>(ConnectResponse::default());
/// let bound = PluginServer::new(everyone).bind("127.0.0.1:0").await?;
/// println!("listening on {}", bound.address());
/// bound.run().await
/// # }
/// ```
pub struct PluginServer<P> {
    pub(super) plugin: P,
    pub(super) limits: ServerLimits,
    #[cfg(feature = "tls")]
    tls: Option<ServerTls>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct ServerLimits {
    pub(super) max_request: usize,
    pub(super) max_calls: NonZeroU32,
    pub(super) max_connections: NonZeroU32,
    pub(super) drain_timeout: Duration,
}

impl<P: OnConnect> PluginServer<P> {
    /// Returns a server with the defaults.
    pub fn new(plugin: P) -> Self {
        Self {
            plugin,
            limits: ServerLimits {
                max_request: 4 * 1024 * 1024,
                max_calls: NonZeroU32::MIN.saturating_add(1023),
                max_connections: NonZeroU32::MIN.saturating_add(255),
                drain_timeout: Duration::from_secs(10),
            },
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Accepts TLS only. The files are read when the server is bound.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_tls(mut self, tls: ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Sets the maximum length of a request in bytes. Default 4 MiB, some thousands of candidates. With the default of
    /// [`with_max_calls`](Self::with_max_calls) that is 4 GiB at worst.
    #[must_use]
    pub fn with_max_request(mut self, bytes: usize) -> Self {
        self.limits.max_request = bytes;
        self
    }

    /// Sets the maximum number of calls at the same time; one more gets status `RESOURCE_EXHAUSTED`. Default 1024: four
    /// routers with their default of 256.
    #[must_use]
    pub fn with_max_calls(mut self, calls: NonZeroU32) -> Self {
        self.limits.max_calls = calls;
        self
    }

    /// Sets the maximum number of connections at the same time; one more waits until another ends. Default 256: a
    /// router has one for each of its cores. An idle one holds some 20 KiB without TLS, at worst 1 MiB that was not
    /// read yet.
    #[must_use]
    pub fn with_max_connections(mut self, connections: NonZeroU32) -> Self {
        self.limits.max_connections = connections;
        self
    }

    /// Sets the maximum time that calls continue after the server is asked to stop. Default 10 s, 10 times the default
    /// timeout of a router.
    #[must_use]
    pub fn with_drain_timeout(mut self, timeout: Duration) -> Self {
        self.limits.drain_timeout = timeout;
        self
    }

    /// Listens on an address, `host:port` or `unix:PATH`. Port 0 takes a free port. The socket file of a server that
    /// was killed is replaced.
    ///
    /// # Errors
    ///
    /// The text is not such an address, listening on it failed, or a TLS file is wrong.
    pub async fn bind(self, address: &str) -> Result<BoundServer<P>, PluginServerError> {
        let address = PluginAddress::parse(address)?;
        let listener = Listener::bind(&address).await?;
        self.listen(listener)
    }

    /// Listens on a bound socket: a [`Listener`] converts from a `TcpListener` or `UnixListener` of tokio.
    ///
    /// # Errors
    ///
    /// A TLS file is wrong.
    pub fn listen(
        self,
        listener: impl Into<Listener>,
    ) -> Result<BoundServer<P>, PluginServerError> {
        #[cfg(feature = "tls")]
        let security = match &self.tls {
            Some(tls) => TransportSecurity::Tls(tls.config()?.into()),
            None => TransportSecurity::None,
        };
        #[cfg(not(feature = "tls"))]
        let security = TransportSecurity::None;
        Ok(BoundServer::new(self, listener.into(), security))
    }
}

impl<P> fmt::Debug for PluginServer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginServer")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
