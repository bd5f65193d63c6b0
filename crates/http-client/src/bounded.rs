//! A bound on informational responses.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Uri;
use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tower_service::Service;

/// Maximum number of informational (1xx) responses before the final one. hyper has no bound. Servers send one or two:
/// `100 Continue`, and `103 Early Hints`.
const MAX_INFORMATIONAL: u32 = 16;
/// Maximum number of bytes of one read before the final response begins.
const PIECE: usize = 4096;

/// Makes connections of `C` that bound informational responses.
#[derive(Debug, Clone)]
pub struct Bounded<C>(pub(crate) C);

impl<C> Service<Uri> for Bounded<C>
where
    C: Service<Uri>,
    C::Future: Send + 'static,
{
    type Response = BoundedStream<C::Response>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, C::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async {
            let stream = connecting.await?;
            Ok(BoundedStream {
                stream,
                answer: Answer::default(),
            })
        })
    }
}

/// A connection that ends when a server sends more than 16 informational responses to one request.
#[derive(Debug)]
pub struct BoundedStream<S> {
    stream: S,
    answer: Answer,
}

impl<S: Read + Unpin> Read for BoundedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.answer.is_final() {
            return Pin::new(&mut this.stream).poll_read(context, into);
        }
        let mut piece = [0; PIECE];
        let room = into.remaining().min(PIECE);
        let mut piece = ReadBuf::new(piece.get_mut(..room).unwrap_or_default());
        ready!(Pin::new(&mut this.stream).poll_read(context, piece.unfilled()))?;
        this.answer.see(piece.filled())?;
        into.put_slice(piece.filled());
        Poll::Ready(Ok(()))
    }
}

impl<S: Write + Unpin> Write for BoundedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.answer.begin_exchange();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.answer.begin_exchange();
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: Connection> Connection for BoundedStream<S> {
    fn connected(&self) -> Connected {
        self.stream.connected()
    }
}

/// Progress within a response.
#[derive(Debug, Default)]
struct Answer {
    at: At,
    informational: u32,
}

#[derive(Debug, Clone, Copy)]
enum At {
    /// This number of bytes of `HTTP/1.1 ` was read. The next digit is the class of the status.
    Start(usize),
    /// In the head of an informational response, with this number of bytes in the current line.
    Informational(usize),
    /// The final response has begun. The rest is not inspected.
    Final,
}

impl Default for At {
    fn default() -> Self {
        Self::Start(0)
    }
}

impl Answer {
    /// Bytes before the first digit of a status.
    const BEFORE_STATUS: usize = "HTTP/1.1 ".len();

    fn is_final(&self) -> bool {
        matches!(self.at, At::Final)
    }

    /// Starts again when a request is sent after a final response.
    fn begin_exchange(&mut self) {
        if self.is_final() {
            *self = Self::default();
        }
    }

    fn see(&mut self, bytes: &[u8]) -> io::Result<()> {
        for byte in bytes {
            self.at = match (self.at, byte) {
                (At::Start(Self::BEFORE_STATUS), b'1') => {
                    self.informational += 1;
                    if self.informational > MAX_INFORMATIONAL {
                        return Err(io::Error::other(format!(
                            "more than {MAX_INFORMATIONAL} informational responses (1xx) without a final one"
                        )));
                    }
                    At::Informational(1)
                }
                (At::Start(Self::BEFORE_STATUS) | At::Final, _) => {
                    self.at = At::Final;
                    return Ok(());
                }
                (At::Start(seen), _) => At::Start(seen + 1),
                // An empty line ends a head.
                (At::Informational(0), b'\n') => At::Start(0),
                (At::Informational(_), b'\n') => At::Informational(0),
                (At::Informational(line), b'\r') => At::Informational(line),
                (At::Informational(line), _) => At::Informational(line.saturating_add(1)),
            };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
