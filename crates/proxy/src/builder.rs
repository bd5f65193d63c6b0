//! Builder of a server.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use arc_swap::ArcSwap;
use quinn::{Endpoint, EndpointConfig, Runtime as _, ServerConfig, TokioRuntime};
use tokio::sync::watch;

use crate::address_token_key::AddressTokenKey;
use crate::connection::ServerContext;
use crate::connection_admission::ConnectionAdmission;
use crate::connection_ids::RandomIds;
use crate::error::ServerError;
use crate::handler::Handler;
use crate::limits::Limits;
use crate::proxy_protocol::{Balancers, ProxiedSocket, ProxyProtocol};
use crate::server::Server;
use crate::server_control::{EndpointsGuard, ServerControl};
use crate::socket::{ListenAddress, Sockets};
use crate::tls::{self, AlpnList, ServerCertificate, crypto_provider};
use crate::transport::quic_config;
use crate::worker_runtime::WorkerRuntime;

/// The game's default port.
const DEFAULT_PORT: u16 = 5520;

/// Builder of a [`Server`]. Every setting has a default.
#[derive(Debug, Default)]
pub struct ServerBuilder {
    listen: Option<ListenAddress>,
    certificate: Option<ServerCertificate>,
    alpn: AlpnList,
    limits: Limits,
    endpoints: Option<NonZeroUsize>,
    token_key: Option<AddressTokenKey>,
    proxy_protocol: ProxyProtocol,
}

impl ServerBuilder {
    /// Sets the address to listen on. Default: all interfaces, port 5520.
    #[must_use]
    pub fn listen(mut self, listen: impl Into<ListenAddress>) -> Self {
        self.listen = Some(listen.into());
        self
    }

    /// Sets the certificate. Default: a self-signed one that [`bind`](Self::bind) makes.
    #[must_use]
    pub fn certificate(mut self, certificate: ServerCertificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Sets the application protocols. Default: every version of the game.
    #[must_use]
    pub fn alpn(mut self, alpn: AlpnList) -> Self {
        self.alpn = alpn;
        self
    }

    /// Sets the limits. Default: [`Limits::default`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the number of endpoints that share the port. Default: one per core. Only Linux spreads clients over the
    /// sockets of one port; other systems always have one endpoint.
    #[must_use]
    pub fn endpoints(mut self, endpoints: NonZeroUsize) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Sets the key of Retry tokens. Default: a random key, so that only this server accepts its tokens.
    #[must_use]
    pub fn token_key(mut self, key: AddressTokenKey) -> Self {
        self.token_key = Some(key);
        self
    }

    /// Sets the load balancers whose PROXY headers are trusted. Default: none, and no header is read.
    #[must_use]
    pub fn proxy_protocol(mut self, proxy_protocol: ProxyProtocol) -> Self {
        self.proxy_protocol = proxy_protocol;
        self
    }

    /// Binds the sockets. Clients can reach the server from now on and are answered once it
    /// [runs](Server::run).
    ///
    /// # Errors
    ///
    /// The address is in use, or a setting is invalid.
    pub fn bind<H: Handler>(self, handler: H) -> Result<Server<H>, ServerError> {
        let provider = crypto_provider();
        let certificate = match self.certificate {
            Some(certificate) => certificate,
            None => ServerCertificate::self_signed()?,
        };
        let crypto = tls::server_crypto(&provider, &certificate, &self.alpn)?;
        let config = quic_config(None, crypto, &self.limits, self.token_key.as_ref())?;

        let count = self
            .endpoints
            .or_else(|| available_parallelism().ok())
            .map_or(1, NonZeroUsize::get);
        let count = if cfg!(target_os = "linux") { count } else { 1 };
        let listen = self
            .listen
            .unwrap_or(ListenAddress::AllInterfaces(DEFAULT_PORT));
        let sockets = Sockets::bind(listen, count)?;
        let balancers = Balancers::of(&self.proxy_protocol, count).map(Arc::new);
        let workers = sockets
            .bound
            .into_iter()
            .map(|socket| worker(socket, config.clone(), balancers.clone()))
            .collect::<io::Result<Vec<_>>>()
            .map_err(ServerError::Start)?;

        let (drain, draining) = watch::channel(false);
        let admission = ConnectionAdmission::new(self.limits);
        let config = Arc::new(ArcSwap::from_pointee(config));
        let control = ServerControl::new(
            Arc::clone(&admission),
            draining.clone(),
            balancers,
            certificate,
            Arc::clone(&config),
            workers
                .iter()
                .map(|(_, endpoint)| endpoint.clone())
                .collect(),
        );
        Ok(Server {
            workers,
            context: Arc::new(ServerContext {
                handler,
                admission,
                config,
                draining,
            }),
            drain,
            address: sockets.address,
            recv_buffer: sockets.recv_buffer,
            endpoints_guard: EndpointsGuard(control),
        })
    }
}

fn worker(
    socket: std::net::UdpSocket,
    config: ServerConfig,
    balancers: Option<Arc<Balancers>>,
) -> io::Result<(WorkerRuntime, Endpoint)> {
    let runtime = WorkerRuntime::new()?;
    let endpoint = {
        let _inside = runtime.enter();
        let mut endpoint = EndpointConfig::default();
        // QUIC version 1 only (RFC 9000): no game client ever used a draft.
        endpoint
            .supported_versions(vec![1])
            .cid_generator(|| Box::new(RandomIds));
        let mut socket = TokioRuntime.wrap_udp_socket(socket)?;
        if let Some(balancers) = balancers {
            socket = Arc::new(ProxiedSocket::new(socket, balancers));
        }
        let runtime = Arc::new(TokioRuntime);
        Endpoint::new_with_abstract_socket(endpoint, Some(config), socket, runtime)?
    };
    Ok((runtime, endpoint))
}
