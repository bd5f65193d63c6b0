//! The listener and its connections.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{Domain, Socket, Type};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower_service::Service as _;
use tracing::{debug, info, warn};

use crate::answer::Refusal;
use crate::control::Control;
use crate::error::AdminError;
use crate::gate::Gate;
use crate::limits::{ACCEPT_PAUSE, CLOSE_TIME, HEADER, HEADER_TIME, SEND_BUFFER};
use crate::patient::Patient;
use crate::routes;
use crate::shared::Shared;
use crate::token::Token;

/// Where the admin listener is, and who may command.
#[derive(Debug, Clone)]
pub struct AdminSettings {
    /// The address; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// What callers must know. Without it the address must be of loopback.
    pub token: Option<Token>,
}

/// Where a request comes from.
#[derive(Clone, Copy)]
pub(crate) struct From(pub(crate) SocketAddr);

/// A listener that is bound, and serves once it is [run](Admin::run).
pub struct Admin {
    listener: TcpListener,
    local: SocketAddr,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Admin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Admin")
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

/// Replaces the token of a listener that runs, when its file has another.
#[derive(Clone)]
pub struct Tokens(Arc<Shared>);

impl std::fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// Callers must know this one from now on. False, and nothing is changed, for a listener that was bound without any:
    /// whether there is a token is settled when it is bound.
    pub fn replace(&self, token: Token) -> bool {
        self.0.replace_token(token)
    }
}

impl Admin {
    /// Binds at once, so that an address that is taken is an error of the start. Needs no runtime yet.
    pub fn bind(settings: AdminSettings, control: Arc<dyn Control>) -> Result<Self, AdminError> {
        let listen = settings.listen;
        if settings.token.is_none() && !listen.ip().to_canonical().is_loopback() {
            return Err(AdminError::NoToken { listen });
        }
        let bound = self::listen(listen).and_then(|bound| Ok((bound.local_addr()?, bound)));
        let (local, listener) = bound.map_err(|source| AdminError::Bind { listen, source })?;
        Ok(Self {
            listener,
            local,
            shared: Arc::new(Shared::new(control, settings.token)),
        })
    }

    /// The address it is bound to.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// A hold on the token, good while it runs and after.
    pub fn tokens(&self) -> Tokens {
        Tokens(Arc::clone(&self.shared))
    }

    /// Serves until `shutdown` ends, and then finishes the answers that are under way, for at most two seconds.
    ///
    /// Connections, `/livez` and `/readyz` are served on the runtime that polls this. All other answers are made on
    /// `workers`: a runtime with threads of its own, so that no answer that takes long keeps a health check waiting.
    pub async fn run(self, workers: Handle, shutdown: impl Future) {
        let listener = match tokio::net::TcpListener::from_std(self.listener) {
            Ok(listener) => listener,
            Err(error) => return warn!(%error, "the admin listener can not be registered"),
        };
        let router = routes::router(Arc::clone(&self.shared));
        let (closing, closed) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        let shared = Arc::clone(&self.shared);
        let mut feed = JoinSet::new();
        feed.spawn_on(async move { shared.feed.run().await }, &workers);
        let gate = Gate::default();
        loop {
            let accepted = tokio::select! {
                _ = &mut shutdown => break,
                // It ends by a panic only, which is one of this task then.
                Some(Err(error)) = feed.join_next() => {
                    if let Ok(panic) = error.try_into_panic() {
                        resume_unwind(panic);
                    }
                    continue;
                }
                Some(_) = connections.join_next() => continue,
                accepted = listener.accept() => accepted,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    warn!(%error, "an admin connection was not accepted");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Some(place) = gate.enter(from.ip().to_canonical()) else {
                debug!(%from, "too many admin connections");
                continue;
            };
            let answers = Answers {
                router: router.clone(),
                workers: workers.clone(),
            };
            let serve = serve(stream, from, answers, closed.clone());
            connections.spawn(async move {
                serve.await;
                drop(place);
            });
        }
        drop(listener);
        self.shared.feed.close();
        closing.send_replace(true);
        let all = async { while connections.join_next().await.is_some() {} };
        if timeout(CLOSE_TIME, all).await.is_err() {
            info!(left = connections.len(), "admin connections are cut");
        }
    }
}

fn listen(listen: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(listen), Type::STREAM, None)?;
    // As std does: a port whose last connections are still winding up can be bound again.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // Connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    // A caller that vanished acknowledges nothing, and the kernel would try for minutes.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(crate::limits::STALL_TIME))?;
    socket.bind(&listen.into())?;
    socket.listen(128)?;
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from(socket))
}

/// Who answers a request.
struct Answers {
    router: Router,
    workers: Handle,
}

impl Answers {
    fn to(&self, request: http::Request<Incoming>) -> impl Future<Output = Response> + use<> {
        let is_health = matches!(request.uri().path(), "/livez" | "/readyz");
        let answer = self.router.clone().call(request);
        let answer = async { answer.await.unwrap_or_else(|never| match never {}) };
        let workers = self.workers.clone();
        async move {
            if is_health {
                return answer.await;
            }
            // When the caller goes the set is dropped, and with it the work.
            let mut work = JoinSet::new();
            work.spawn_on(answer, &workers);
            match work.join_next().await {
                Some(Ok(response)) => response,
                _ => Refusal::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the answer could not be made; the log says why",
                )
                .into_response(),
            }
        }
    }
}

/// Serves one connection to its end.
async fn serve(
    stream: TcpStream,
    from: SocketAddr,
    answers: Answers,
    mut closed: watch::Receiver<bool>,
) {
    // Answers are small, and written whole.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%from, %error, "an admin connection was lost");
        return;
    }
    let service = service_fn(move |mut request: http::Request<Incoming>| {
        request.extensions_mut().insert(From(from));
        let answer = answers.to(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_buf_size(HEADER)
            .serve_connection(TokioIo::new(Patient::new(stream)), service)
    );
    let first = tokio::select! {
        ended = &mut connection => Some(ended),
        () = async { drop(closed.wait_for(|closed| *closed).await) } => None,
    };
    let ended = if let Some(ended) = first {
        ended
    } else {
        connection.as_mut().graceful_shutdown();
        connection.await
    };
    if let Err(error) = ended {
        debug!(%from, %error, "an admin connection ended early");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::limits::STALL_TIME;

    #[test]
    fn a_connection_whose_caller_vanished_ends_in_time() {
        let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let _caller = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = loop {
            match listener.accept() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                accepted => break accepted.unwrap(),
            }
        };
        let socket = socket2::SockRef::from(&accepted);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(STALL_TIME));
    }
}
