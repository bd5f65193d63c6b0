//! A connection and its requests.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tower_service::Service as _;
use tracing::debug;

use crate::server::error_response::ErrorResponse;
use crate::server::limits::{HEADER, HEADER_TIME, STALL_TIME};

/// Address of the client that sent a request.
#[derive(Clone, Copy)]
pub(crate) struct ClientAddr(pub(crate) SocketAddr);

/// Answers the requests of all connections.
#[derive(Clone)]
pub(crate) struct RequestHandler {
    pub(crate) router: Router,
    pub(crate) workers: Handle,
}

impl RequestHandler {
    fn answer(&self, request: http::Request<Incoming>) -> impl Future<Output = Response> + use<> {
        let is_health = matches!(request.uri().path(), "/livez" | "/readyz");
        let answer = self.router.clone().call(request);
        let answer = async { answer.await.unwrap_or_else(|never| match never {}) };
        let workers = self.workers.clone();
        async move {
            if is_health {
                return answer.await;
            }
            // If the client disconnects, the set is dropped and aborts the work.
            let mut work = JoinSet::new();
            work.spawn_on(answer, &workers);
            match work.join_next().await {
                Some(Ok(response)) => response,
                _ => ErrorResponse::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal error; see the log of the router",
                )
                .into_response(),
            }
        }
    }
}

/// Stream of bytes of a connection.
pub(crate) trait ConnectionStream: AsyncRead + AsyncWrite + Send {}

impl<S: AsyncRead + AsyncWrite + Send> ConnectionStream for S {}

/// Serves one connection to its end.
pub(crate) async fn serve(
    stream: impl ConnectionStream,
    from: SocketAddr,
    handler: RequestHandler,
    mut closed: watch::Receiver<bool>,
) {
    let service = service_fn(move |mut request: http::Request<Incoming>| {
        request.extensions_mut().insert(ClientAddr(from));
        let answer = handler.answer(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    // Each write has a timeout, which restarts when the client reads something.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(STALL_TIME));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_buf_size(HEADER)
            .serve_connection(TokioIo::new(Box::pin(stream)), service)
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
        debug!(%from, %error, "connection failed");
    }
}
