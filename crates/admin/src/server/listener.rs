//! Admin server.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::control::AdminControl;
use crate::error::AdminError;
use crate::server::accept::{accept, listen};
use crate::server::connection::{RequestHandler, serve};
use crate::server::connection_limiter::ConnectionLimiter;
use crate::server::limits::{CLOSE_TIME, CONNECTIONS, CONNECTIONS_PER_ADDRESS};
use crate::server::listener_state::ListenerState;
use crate::server::routes;
use crate::token::AdminToken;

/// Admin server with a bound listener. [`run`](Self::run) serves it.
pub struct AdminServer {
    listener: TcpListener,
    local: SocketAddr,
    state: Arc<ListenerState>,
}

impl std::fmt::Debug for AdminServer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AdminServer")
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

/// Handle to replace the token of a running server.
#[derive(Clone)]
pub struct AdminTokenHandle(Arc<ListenerState>);

impl std::fmt::Debug for AdminTokenHandle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AdminTokenHandle")
            .finish_non_exhaustive()
    }
}

impl AdminTokenHandle {
    /// Replaces the token. Returns `false` without a change if the server was bound without a token.
    pub fn replace(&self, token: AdminToken) -> bool {
        self.0.replace_token(token)
    }
}

impl AdminServer {
    /// Binds a listener to `listen`; port 0 selects a free port. Does not need a runtime. Requests need `token`.
    /// Without a token, the address must be a loopback address.
    ///
    /// # Errors
    /// Fails if the address cannot be bound, or if it is not a loopback address and there is no token.
    pub fn bind(
        listen: SocketAddr,
        token: Option<AdminToken>,
        control: Arc<dyn AdminControl>,
    ) -> Result<Self, AdminError> {
        if token.is_none() && !listen.ip().to_canonical().is_loopback() {
            return Err(AdminError::NoToken { listen });
        }
        let bound = self::listen(listen).and_then(|bound| Ok((bound.local_addr()?, bound)));
        let (local, listener) = bound.map_err(|source| AdminError::Bind { listen, source })?;
        Ok(Self {
            listener,
            local,
            state: Arc::new(ListenerState::new(control, token)),
        })
    }

    /// Returns the bound address.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Returns a handle to replace the token while the server runs.
    pub fn token_handle(&self) -> AdminTokenHandle {
        AdminTokenHandle(Arc::clone(&self.state))
    }

    /// Serves until `shutdown` completes, then finishes the responses in progress within 2 seconds.
    ///
    /// Connections, `/livez` and `/readyz` are served on the runtime that polls this future. All other responses are
    /// made on `workers`, a separate runtime, so that slow requests do not delay health checks.
    pub async fn run(self, workers: Handle, shutdown: impl Future) {
        let listener = match tokio::net::TcpListener::from_std(self.listener) {
            Ok(listener) => listener,
            Err(error) => return warn!(%error, "admin listener failed"),
        };
        let handler = RequestHandler {
            router: routes::router(Arc::clone(&self.state)),
            workers: workers.clone(),
        };
        let (closing, closed) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        let state = Arc::clone(&self.state);
        let mut feed = JoinSet::new();
        feed.spawn_on(async move { state.feed.run().await }, &workers);
        let limiter = ConnectionLimiter::new(CONNECTIONS, CONNECTIONS_PER_ADDRESS);
        loop {
            let (stream, from, slot) = tokio::select! {
                _ = &mut shutdown => break,
                // The feed only ends by a panic, which continues here.
                Some(Err(error)) = feed.join_next() => {
                    if let Ok(panic) = error.try_into_panic() {
                        resume_unwind(panic);
                    }
                    continue;
                }
                Some(_) = connections.join_next() => continue,
                accepted = accept(&listener, &limiter) => accepted,
            };
            let served = serve(stream, from, handler.clone(), closed.clone());
            connections.spawn(async move {
                served.await;
                drop(slot);
            });
        }
        drop(listener);
        self.state.feed.close();
        closing.send_replace(true);
        let all = async { while connections.join_next().await.is_some() {} };
        if timeout(CLOSE_TIME, all).await.is_err() {
            info!(left = connections.len(), "admin connections aborted");
        }
    }
}
