//! The author's side.

mod bound_server;
mod codec;
mod connections;
mod error;
mod handler;
mod health;
mod listener;
mod service;
#[cfg(feature = "tls")]
mod tls;

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

pub use self::bound_server::Bound;
use self::connections::TransportSecurity;
pub use self::error::ServerError;
pub use self::handler::{Failure, OnConnect};
pub use self::listener::Listener;
#[cfg(feature = "tls")]
pub use self::tls::ServerTls;
use crate::Address;

/// Serves a plugin at an address (`host:port` or `unix:PATH`) until ctrl-c or SIGTERM, then finishes the calls that
/// run. [`Server`] has more to choose.
///
/// # Errors
///
/// When the address can not be listened on.
pub async fn serve(address: &str, plugin: impl OnConnect) -> Result<(), ServerError> {
    Server::new(plugin).bind(address).await?.run().await
}

/// A plugin and how it is served.
///
/// It speaks to routers, not to players: where others can reach it, use TLS with a `client_ca_file`, or a unix socket.
///
/// ```no_run
/// # use hyrouter_plugin_grpc::{ConnectRequest, ConnectResponse, Failure, ServerError};
/// # async fn example() -> Result<(), ServerError> {
/// use hyrouter_plugin_grpc::Server;
///
/// let everyone = async |_: ConnectRequest| Ok::<_, Failure>(ConnectResponse::default());
/// let bound = Server::new(everyone).bind("127.0.0.1:0").await?;
/// println!("listening on {}", bound.address());
/// bound.run().await
/// # }
/// ```
pub struct Server<P> {
    plugin: P,
    limits: ServerLimits,
    #[cfg(feature = "tls")]
    tls: Option<ServerTls>,
}

#[derive(Debug, Clone, Copy)]
struct ServerLimits {
    max_request: usize,
    max_calls: NonZeroU32,
    max_connections: NonZeroU32,
    drain_timeout: Duration,
}

impl<P: OnConnect> Server<P> {
    /// With the defaults.
    pub fn new(plugin: P) -> Self {
        Self {
            plugin,
            limits: ServerLimits {
                max_request: 1024 * 1024,
                max_calls: NonZeroU32::MIN.saturating_add(1023),
                max_connections: NonZeroU32::MIN.saturating_add(255),
                drain_timeout: Duration::from_secs(10),
            },
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Speaks TLS only. The files are read when the server is bound.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Longest request in bytes. Default 1 MiB, some thousands of candidates. With the default of
    /// [`max_calls`](Self::max_calls) that is 1 GiB at worst.
    #[must_use]
    pub fn max_request(mut self, bytes: usize) -> Self {
        self.limits.max_request = bytes;
        self
    }

    /// Calls at once; one more gets status `RESOURCE_EXHAUSTED`. Default 1024: four routers that each ask as much as
    /// they may by default.
    #[must_use]
    pub fn max_calls(mut self, calls: NonZeroU32) -> Self {
        self.limits.max_calls = calls;
        self
    }

    /// Connections at once; one more waits until another ends. Default 256: a router has one for each of its cores.
    /// An idle one holds some 20 KiB without TLS, at worst 1 MiB that was not read yet.
    #[must_use]
    pub fn max_connections(mut self, connections: NonZeroU32) -> Self {
        self.limits.max_connections = connections;
        self
    }

    /// How long calls may go on after the server was asked to stop. Default 10 s, ten times what a router waits by
    /// default.
    #[must_use]
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.limits.drain_timeout = timeout;
        self
    }

    /// Listens on an address, `host:port` or `unix:PATH`. Port 0 takes a free one. A socket file that a server left
    /// that was killed is taken over.
    ///
    /// # Errors
    ///
    /// When the text is no such address, it can not be listened on, or a TLS file is wrong.
    pub async fn bind(self, address: &str) -> Result<Bound<P>, ServerError> {
        let address = Address::parse(address)?;
        let listener = Listener::bind(&address).await?;
        self.listen(listener)
    }

    /// Listens on what is bound already: a [`Listener`] can be made of a `TcpListener` or `UnixListener` of tokio.
    ///
    /// # Errors
    ///
    /// When a TLS file is wrong.
    pub fn listen(self, listener: impl Into<Listener>) -> Result<Bound<P>, ServerError> {
        #[cfg(feature = "tls")]
        let security = match &self.tls {
            Some(tls) => TransportSecurity::Tls(tls.config()?.into()),
            None => TransportSecurity::None,
        };
        #[cfg(not(feature = "tls"))]
        let security = TransportSecurity::None;
        Ok(Bound::new(self, listener.into(), security))
    }
}

impl<P> fmt::Debug for Server<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
