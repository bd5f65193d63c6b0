//! Connects for a channel.

use std::error::Error;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use hyrouter_text::Causes;
use tokio::time::{Instant, timeout};
use tower_service::Service;

use super::backoff::DialBackoff;
use super::connection_hold::ConnectionHold;
use super::target::{DialAddress, DialTarget};
use super::tls::TlsTarget;
use super::watched_stream::WatchedStream;
use crate::tls::ALPN;
use crate::wire::ByteStream;

/// Connects for one channel, at most as often as its back-off allows. TLS is made here instead of by tonic, so that a
/// failed handshake counts as a failed attempt and has the same time limit.
pub(super) struct Dialer {
    pub(super) target: Arc<DialTarget>,
    pub(super) backoff: Arc<DialBackoff>,
    pub(super) hold: Arc<ConnectionHold>,
}

/// No connection was made.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct DialError {
    message: Arc<str>,
    /// Time of the next attempt.
    pub(super) retry_at: Instant,
    /// `true` if the failure is permanent: the server is reachable, but TLS fails.
    pub(super) is_fault: bool,
}

impl DialError {
    fn new(message: impl Into<Arc<str>>, retry_at: Instant, is_fault: bool) -> Self {
        Self {
            message: message.into(),
            retry_at,
            is_fault,
        }
    }
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<WatchedStream<Box<dyn ByteStream>>>;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, DialError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        // An error here would end the channel forever.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        if let Err(too_early) = self.backoff.admit() {
            let error = DialError::new(
                too_early.to_string(),
                too_early.retry_at,
                too_early.is_fault,
            );
            return Box::pin(async { Err(error) });
        }
        let target = Arc::clone(&self.target);
        let backoff = Arc::clone(&self.backoff);
        let hold = Arc::clone(&self.hold);
        // A task of its own: the channel polls this future only while a call waits. The attempt must end in time
        // although the player has left, and its result is for the next call.
        let attempt = tokio::spawn(async move {
            let connection = timeout(target.connect_timeout, connect(&target)).await;
            let (problem, is_fault) = match connection {
                Ok(Ok(connection)) => {
                    tracing::debug!(address = target.name, "connected to a plugin");
                    return Ok(TokioIo::new(WatchedStream::new(connection, hold, backoff)));
                }
                Ok(Err(error)) => (tls_hint(&Causes(&*error).to_string()), is_fault(&*error)),
                Err(_) => {
                    let limit = target.connect_timeout;
                    (format!("no connection within {limit:?}"), false)
                }
            };
            let message: Arc<str> = format!("connecting to {}: {problem}", target.name).into();
            let retry_at = backoff.failed(&message, is_fault);
            Err(DialError::new(message, retry_at, is_fault))
        });
        Box::pin(async {
            let lost = |_| {
                let message = "the attempt to connect was aborted";
                Err(DialError::new(message, Instant::now(), false))
            };
            attempt.await.unwrap_or_else(lost)
        })
    }
}

pub(super) async fn connect(
    target: &DialTarget,
) -> Result<Box<dyn ByteStream>, Box<dyn Error + Send + Sync>> {
    let uri = match &target.address {
        DialAddress::Tcp(uri) => uri.clone(),
        DialAddress::Unix(path) => return Ok(unix(path).await?),
    };
    // It races IPv6 and IPv4 if the name has both (happy eyeballs).
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let tcp = connector.call(uri).await?.into_inner();
    match &target.tls {
        None => Ok(Box::new(tcp)),
        Some(tls) => encrypt(tls, tcp).await,
    }
}

async fn encrypt(
    tls: &TlsTarget,
    tcp: tokio::net::TcpStream,
) -> Result<Box<dyn ByteStream>, Box<dyn Error + Send + Sync>> {
    let connector = tokio_rustls::TlsConnector::from(Arc::clone(&tls.config));
    let stream = connector.connect(tls.name.clone(), tcp).await?;
    if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
        return Err(NoHttp2.into());
    }
    Ok(Box::new(stream))
}

#[derive(Debug, thiserror::Error)]
#[error("the server does not speak HTTP/2: it did not select `h2` in the TLS handshake")]
struct NoHttp2;

/// Returns whether the server is reachable but its TLS is wrong. A server that closes during the handshake may come
/// back.
fn is_fault(error: &(dyn Error + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>();
    error.is::<NoHttp2>()
        || io
            .and_then(io::Error::get_ref)
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .is_some()
}

/// Adds the likely cause to errors of TLS that do not name it.
fn tls_hint(problem: &str) -> String {
    let hint = if problem.contains("InvalidContentType") {
        "the server does not speak TLS; use http:// or leave out grpc.tls"
    } else if problem.contains("CaUsedAsEndEntity") {
        "the server's certificate is a CA certificate; issue it with basicConstraints=CA:FALSE, or sign another one with it"
    } else {
        return problem.to_owned();
    };
    format!("{hint} ({problem})")
}

#[cfg(unix)]
async fn unix(path: &Path) -> io::Result<Box<dyn ByteStream>> {
    Ok(Box::new(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
async fn unix(_: &Path) -> io::Result<Box<dyn ByteStream>> {
    Err(io::ErrorKind::Unsupported.into())
}
