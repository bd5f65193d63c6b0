//! A connection that is closed when the server floods it, or when the plugin closes it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::backoff::DialBackoff;
use super::connection_hold::ConnectionHold;
use super::flood_meter::FloodMeter;

/// A stream below HTTP/2 whose received frames are counted.
pub(super) struct WatchedStream<S> {
    stream: S,
    closed: oneshot::Receiver<()>,
    flood: FloodMeter,
    hold: Arc<ConnectionHold>,
    backoff: Arc<DialBackoff>,
    /// Error of a failed write, until its cause is known.
    write_error: Option<io::Error>,
}

impl<S> WatchedStream<S> {
    /// Wraps a stream. `backoff` keeps the reason of a broken connection: a server may refuse a certificate only after
    /// the handshake, and then a call can find the connection gone before the reason is known.
    pub(super) fn new(stream: S, hold: Arc<ConnectionHold>, backoff: Arc<DialBackoff>) -> Self {
        Self {
            stream,
            closed: hold.connected(),
            flood: FloodMeter::new(hold.calls()),
            hold,
            backoff,
            write_error: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if Pin::new(&mut this.closed).poll(context).is_ready() {
            let error = "closed, because the plugin failed too often";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, error)));
        }
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut this.stream).poll_read(context, buffer));
        read.inspect_err(|error| this.backoff.broke(error))?;
        let read = buffer.filled().get(before..).unwrap_or_default();
        if this.flood.see(read, this.hold.calls(), Instant::now()) {
            return Poll::Ready(Ok(()));
        }
        this.hold.count_flood();
        // So that the breaker does not close it a second time.
        this.closed.close();
        let error = "closed, because the plugin sends frames that answer nothing";
        this.backoff.broke(&error);
        Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, error)))
    }
}

impl<S: AsyncRead + Unpin> WatchedStream<S> {
    /// Writes. If that fails, reads the cause: a server that refuses a connection sends the reason before it closes,
    /// and it may be unread.
    fn write<T>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if self.write_error.is_none() {
            match ready!(write(Pin::new(&mut self.stream), context)) {
                Ok(written) => return Poll::Ready(Ok(written)),
                Err(error) => self.write_error = Some(error),
            }
        }
        let mut bytes = [0; 256];
        // The read ends: a stream that cannot be written to has only the bytes that the kernel holds.
        let read = loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                read => break read,
            }
        };
        let written = self.write_error.take();
        let error = read.err().or(written);
        let error = error.unwrap_or_else(|| io::ErrorKind::BrokenPipe.into());
        self.backoff.broke(&error);
        Poll::Ready(Err(error))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(context, |stream, context| {
            stream.poll_write_vectored(context, slices)
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(context, S::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
