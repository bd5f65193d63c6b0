//! Puts a server together.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use quinn::{
    Endpoint, EndpointConfig, IdleTimeout, ServerConfig, TokioRuntime, TransportConfig, VarInt,
};
use tokio::sync::watch;

use crate::connection::Shared;
use crate::error::ServerError;
use crate::gate::Gate;
use crate::handler::Handler;
use crate::limits::Limits;
use crate::server::Server;
use crate::socket::{Listen, Sockets};
use crate::tls::{self, AlpnList, ServerIdentity, crypto_provider};

/// The game's default port.
const DEFAULT_PORT: u16 = 5520;
/// A `Connect` is a few hundred bytes; the longest, 38 KB, takes three windows.
const STREAM_WINDOW: u32 = 16 << 10;
const CONNECTION_WINDOW: u32 = 32 << 10;
/// Two datagrams hold the longest usual `ClientHello`.
const INCOMING_BUFFER: u64 = 16 << 10;
const INCOMING_BUFFER_TOTAL: u64 = 4 << 20;

/// The settings of a [`Server`]; every one has a default.
#[derive(Debug, Default)]
pub struct ServerBuilder {
    listen: Option<Listen>,
    identity: Option<ServerIdentity>,
    alpn: AlpnList,
    limits: Limits,
    endpoints: Option<NonZeroUsize>,
}

impl ServerBuilder {
    /// Where to listen. Default: all interfaces, port 5520.
    #[must_use]
    pub fn listen(mut self, listen: impl Into<Listen>) -> Self {
        self.listen = Some(listen.into());
        self
    }

    /// The certificate. Default: a self-signed one that is made now.
    #[must_use]
    pub fn identity(mut self, identity: ServerIdentity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// The application protocols. Default: every version of the game.
    #[must_use]
    pub fn alpn(mut self, alpn: AlpnList) -> Self {
        self.alpn = alpn;
        self
    }

    /// The bounds.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How many endpoints share the port. Default: one to a core. More than one needs Linux, where
    /// the kernel spreads clients over sockets of one port; elsewhere there is always one.
    #[must_use]
    pub fn endpoints(mut self, endpoints: NonZeroUsize) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Binds the sockets. Players can reach the server from now on and are answered once it
    /// [runs](Server::run).
    ///
    /// # Errors
    ///
    /// When the address is taken, or a setting can not be used.
    pub fn bind<H: Handler>(self, handler: H) -> Result<Server<H>, ServerError> {
        let provider = crypto_provider();
        let identity = match self.identity {
            Some(identity) => identity,
            None => ServerIdentity::self_signed()?,
        };
        let crypto = tls::server_crypto(&provider, &identity, &self.alpn)?;
        let config = quic_config(crypto, &self.limits)?;

        let count = self
            .endpoints
            .or_else(|| available_parallelism().ok())
            .map_or(1, NonZeroUsize::get);
        let count = if cfg!(target_os = "linux") { count } else { 1 };
        let listen = self.listen.unwrap_or(Listen::AllInterfaces(DEFAULT_PORT));
        let sockets = Sockets::bind(listen, count)?;
        let workers = sockets
            .bound
            .into_iter()
            .map(|socket| worker(socket, config.clone()))
            .collect::<io::Result<Vec<_>>>()
            .map_err(ServerError::Start)?;

        let (drain, draining) = watch::channel(false);
        Ok(Server {
            workers,
            gate: Gate::new(&self.limits),
            shared: Arc::new(Shared {
                handler,
                limits: self.limits,
                draining,
            }),
            drain,
            address: sockets.address,
            fingerprint: identity.fingerprint(),
            recv_buffer: (sockets.recv_buffer, Sockets::WANTED_RECV_BUFFER),
        })
    }
}

fn worker(
    socket: std::net::UdpSocket,
    config: ServerConfig,
) -> io::Result<(tokio::runtime::Runtime, Endpoint)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let endpoint = {
        let _inside = runtime.enter();
        let mut endpoint = EndpointConfig::default();
        // QUIC version 1 alone (RFC 9000): no game client ever spoke a draft.
        endpoint.supported_versions(vec![1]);
        Endpoint::new(endpoint, Some(config), socket, Arc::new(TokioRuntime))?
    };
    Ok((runtime, endpoint))
}

/// Transport settings for a connection that carries one small request and one small answer.
fn quic_config(
    crypto: quinn::crypto::rustls::QuicServerConfig,
    limits: &Limits,
) -> Result<ServerConfig, ServerError> {
    let idle = IdleTimeout::try_from(limits.idle_timeout)
        .map_err(|_| ServerError::IdleTimeout(limits.idle_timeout))?;
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(VarInt::from(limits.max_streams))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW))
        .receive_window(VarInt::from_u32(CONNECTION_WINDOW))
        .send_window(u64::from(CONNECTION_WINDOW))
        .datagram_receive_buffer_size(None)
        .datagram_send_buffer_size(0)
        .mtu_discovery_config(None)
        .allow_spin(false)
        .max_idle_timeout(Some(idle));
    let mut config = ServerConfig::with_crypto(Arc::new(crypto));
    config
        .transport_config(Arc::new(transport))
        // Sockets that share a port are told apart by the client's address: it has to stay.
        .migration(false)
        .max_incoming(limits.max_incoming)
        .incoming_buffer_size(INCOMING_BUFFER)
        .incoming_buffer_size_total(INCOMING_BUFFER_TOTAL);
    config.validation_token.sent(0);
    Ok(config)
}
