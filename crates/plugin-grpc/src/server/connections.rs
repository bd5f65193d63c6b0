//! Accepts connections.

use std::io::{self, IoSlice};
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_stream::Stream;
use tonic::transport::server::Connected;

use super::listener::Listener;
use crate::wire::ByteStream;

/// Maximum time of a TLS handshake. Routers give up much earlier.
#[cfg(feature = "tls")]
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause after accepting failed, as it does when the process has no more file descriptors: the next attempt would fail
/// at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Protection of a connection below HTTP.
#[derive(Clone)]
pub(super) enum TransportSecurity {
    None,
    #[cfg(feature = "tls")]
    Tls(tokio_rustls::TlsAcceptor),
}

/// Connections that are ready for HTTP. Dropping it closes the listener and all connections that are not ready yet.
pub(super) struct IncomingConnections {
    ready: mpsc::Receiver<ServerConnection>,
    _acceptor: JoinSet<()>,
}

impl IncomingConnections {
    pub(super) fn new(listener: Listener, security: TransportSecurity, limit: NonZeroU32) -> Self {
        let (tx, ready) = mpsc::channel(1);
        let limit = usize::try_from(limit.get()).unwrap_or(Semaphore::MAX_PERMITS);
        let places = Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)));
        let mut acceptor = JoinSet::new();
        acceptor.spawn(accept(listener, security, places, tx));
        Self {
            ready,
            _acceptor: acceptor,
        }
    }
}

impl Stream for IncomingConnections {
    type Item = io::Result<ServerConnection>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.ready.poll_recv(context).map(|next| next.map(Ok))
    }
}

async fn accept(
    listener: Listener,
    security: TransportSecurity,
    places: Arc<Semaphore>,
    ready: mpsc::Sender<ServerConnection>,
) {
    let mut handshakes = JoinSet::new();
    // The permit comes first: without one, connections wait in the kernel's queue, which refuses further ones.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        while handshakes.try_join_next().is_some() {}
        match listener.accept().await {
            Ok(io) => {
                let (security, ready) = (security.clone(), ready.clone());
                handshakes.spawn(async move {
                    if let Some(io) = secure(io, security).await {
                        let connection = ServerConnection { io, _place: place };
                        // There is no receiver when the server ends.
                        drop(ready.send(connection).await);
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

#[cfg_attr(
    not(feature = "tls"),
    expect(clippy::unused_async, reason = "only TLS has something to wait for")
)]
async fn secure(
    io: Box<dyn ByteStream>,
    security: TransportSecurity,
) -> Option<Box<dyn ByteStream>> {
    match security {
        TransportSecurity::None => Some(io),
        #[cfg(feature = "tls")]
        TransportSecurity::Tls(acceptor) => {
            match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(io)).await {
                Ok(Ok(stream)) => return Some(Box::new(stream)),
                Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
                Err(_) => tracing::debug!("TLS handshake timed out"),
            }
            None
        }
    }
}

/// A connection that is ready for HTTP.
pub(super) struct ServerConnection {
    io: Box<dyn ByteStream>,
    _place: OwnedSemaphorePermit,
}

impl Connected for ServerConnection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for ServerConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl AsyncWrite for ServerConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
