//! The server of pushes.

use std::fmt;
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tracing::{debug, info, warn};

use crate::error::AdminError;
use crate::push::limits::{PUSH_CONNECTIONS, PUSH_CONNECTIONS_PER_ADDRESS, SOURCE_RATE, SOURCES};
use crate::push::source_rates::SourceRates;
use crate::push::{PushHandles, routes};
use crate::server::accept::{accept, listen};
use crate::server::connection::{RequestHandler, serve};
use crate::server::connection_limiter::ConnectionLimiter;
use crate::server::limits::{CLOSE_TIME, HEADER_TIME};

/// TLS of a server, which a reload may replace. It applies to new connections.
#[derive(Clone)]
pub struct PushTls(Arc<Mutex<Arc<ServerConfig>>>);

impl PushTls {
    /// Creates TLS with this configuration. Its protocols (ALPN) must be none or contain `http/1.1`.
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self(Arc::new(Mutex::new(config)))
    }

    /// Replaces the configuration.
    pub fn replace(&self, config: Arc<ServerConfig>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = config;
    }

    fn acceptor(&self) -> TlsAcceptor {
        let config = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&config).into()
    }
}

impl fmt::Debug for PushTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushTls").finish_non_exhaustive()
    }
}

/// Server of pushes with a bound listener. [`run`](Self::run) serves it.
#[derive(Debug)]
pub struct PushServer {
    listener: TcpListener,
    local: SocketAddr,
    tls: Option<PushTls>,
    handles: PushHandles,
}

impl PushServer {
    /// Binds a listener to `listen`; port 0 selects a free port. Does not need a runtime. Without `tls`, tokens cross the
    /// network as they are: the caller decides where that is allowed.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub fn bind(
        listen: SocketAddr,
        tls: Option<PushTls>,
        handles: PushHandles,
    ) -> Result<Self, AdminError> {
        let bound = self::listen(listen).and_then(|bound| Ok((bound.local_addr()?, bound)));
        let (local, listener) = bound.map_err(|source| AdminError::Bind { listen, source })?;
        Ok(Self {
            listener,
            local,
            tls,
            handles,
        })
    }

    /// Returns the bound address.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Serves until `shutdown` completes, then finishes the responses in progress within 2 seconds. Requests are answered
    /// on the runtime that polls this future.
    pub async fn run(self, shutdown: impl Future) {
        let listener = match tokio::net::TcpListener::from_std(self.listener) {
            Ok(listener) => listener,
            Err(error) => return warn!(%error, "push listener failed"),
        };
        let handler = RequestHandler {
            router: routes::router(self.handles, SourceRates::new(SOURCE_RATE, SOURCES)),
            workers: Handle::current(),
        };
        let (closing, closed) = watch::channel(false);
        let limiter = ConnectionLimiter::new(PUSH_CONNECTIONS, PUSH_CONNECTIONS_PER_ADDRESS);
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let (stream, from, slot) = tokio::select! {
                _ = &mut shutdown => break,
                Some(_) = connections.join_next() => continue,
                accepted = accept(&listener, &limiter) => accepted,
            };
            let (tls, handler, closed) = (self.tls.clone(), handler.clone(), closed.clone());
            connections.spawn(async move {
                match tls {
                    None => serve(stream, from, handler, closed).await,
                    Some(tls) => serve_tls(stream, from, &tls, handler, closed).await,
                }
                drop(slot);
            });
        }
        drop(listener);
        closing.send_replace(true);
        let all = async { while connections.join_next().await.is_some() {} };
        if timeout(CLOSE_TIME, all).await.is_err() {
            info!(left = connections.len(), "push connections aborted");
        }
    }
}

async fn serve_tls(
    stream: TcpStream,
    from: SocketAddr,
    tls: &PushTls,
    handler: RequestHandler,
    closed: watch::Receiver<bool>,
) {
    match timeout(HEADER_TIME, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => serve(stream, from, handler, closed).await,
        Ok(Err(error)) => debug!(%from, %error, "TLS handshake of a push connection failed"),
        Err(_) => debug!(%from, "TLS handshake of a push connection timed out"),
    }
}
