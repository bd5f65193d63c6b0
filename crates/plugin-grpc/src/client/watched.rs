//! A connection that ends when the server floods it, or when it is let go.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::backoff::Backoff;

/// Frames that a server may send before any is paid for by a call or by time. HTTP/2 needs about six to begin with.
const BURST: u64 = 4_096;
/// Frames that each call pays for. An answer is three, and servers add a window update, a ping and a reset at most.
const PER_CALL: u64 = 64;
/// Frames that each second pays for: pings while nobody asks.
const PER_SECOND: u64 = 100;
/// Bytes of a frame that count as one more. A server that fills frames nobody reads floods, too.
const PER_FRAME: u64 = 4_096;
/// Before each frame: its length in three bytes, its type, flags, and stream.
const HEAD: usize = 9;
/// The type of frames with an answer in it. These have a bound of their own: the window.
const DATA: u8 = 0;

/// Holds the connection of a channel, which is closed when this is told to.
#[derive(Debug, Default)]
pub(super) struct Hold {
    /// Dropped to close.
    open: Mutex<Option<oneshot::Sender<()>>>,
    calls: AtomicU64,
    floods: AtomicU64,
}

impl Hold {
    /// A connection that this closes. The one before has ended, or does.
    ///
    /// Why it breaks is remembered in `backoff`: a server may refuse a certificate only after the handshake, and then a
    /// call can find the connection gone before it learns why.
    pub(super) fn watch<S>(self: &Arc<Self>, stream: S, backoff: Arc<Backoff>) -> Watched<S> {
        let (open, closed) = oneshot::channel();
        *self.lock() = Some(open);
        Watched {
            stream,
            closed,
            flood: Flood::new(self.calls.load(Ordering::Relaxed)),
            hold: Arc::clone(self),
            backoff,
            write_error: None,
        }
    }

    /// A call is made, whose answer takes frames.
    pub(super) fn call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Closes the connection. False if there was none.
    pub(super) fn close(&self) -> bool {
        let open = self.lock().take();
        open.is_some_and(|open| !open.is_closed())
    }

    /// Whether there is a connection.
    pub(super) fn is_open(&self) -> bool {
        self.lock().as_ref().is_some_and(|open| !open.is_closed())
    }

    /// Connections that were closed because the server flooded them.
    pub(super) fn floods(&self) -> u64 {
        self.floods.load(Ordering::Relaxed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<oneshot::Sender<()>>> {
        // It is replaced as a whole, so a poisoned one is sound.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream under HTTP/2 whose frames are counted as they come in.
pub(super) struct Watched<S> {
    stream: S,
    closed: oneshot::Receiver<()>,
    flood: Flood,
    hold: Arc<Hold>,
    backoff: Arc<Backoff>,
    /// What a write failed with, until it is known why.
    write_error: Option<io::Error>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
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
        let calls = this.hold.calls.load(Ordering::Relaxed);
        if this.flood.see(read, calls, Instant::now()) {
            return Poll::Ready(Ok(()));
        }
        this.hold.floods.fetch_add(1, Ordering::Relaxed);
        // Not a second time.
        this.closed.close();
        let error = "closed, because the plugin sends frames that answer nothing";
        this.backoff.broke(&error);
        Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, error)))
    }
}

impl<S: AsyncRead + Unpin> Watched<S> {
    /// Writes, and where that fails finds out why: a server that refuses says so before it closes, which may be unread.
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
        // A stream that cannot be written to has an end, after what the kernel has of it.
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

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
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

/// Counts frames against what calls and time pay for. Nothing of a frame is read but its head.
#[derive(Debug)]
struct Flood {
    left: u64,
    calls: u64,
    paid_at: Option<Instant>,
    head: [u8; HEAD],
    in_head: usize,
    /// Bytes of the payload that are still to come.
    payload: u64,
}

impl Flood {
    fn new(calls: u64) -> Self {
        Self {
            left: BURST,
            calls,
            paid_at: None,
            head: [0; HEAD],
            in_head: 0,
            payload: 0,
        }
    }

    /// Whether these bytes, read after so many calls, were paid for.
    fn see(&mut self, mut bytes: &[u8], calls: u64, now: Instant) -> bool {
        self.pay(calls, now);
        while !bytes.is_empty() {
            let skipped = usize::try_from(self.payload).unwrap_or(usize::MAX);
            let skipped = skipped.min(bytes.len());
            self.payload -= skipped as u64;
            bytes = bytes.get(skipped..).unwrap_or_default();
            if let [byte, rest @ ..] = bytes {
                if let Some(place) = self.head.get_mut(self.in_head) {
                    *place = *byte;
                }
                bytes = rest;
                self.in_head += 1;
                if self.in_head == HEAD && !self.frame() {
                    return false;
                }
            }
        }
        true
    }

    /// The head of a frame is there.
    fn frame(&mut self) -> bool {
        let [b2, b1, b0, kind, ..] = self.head;
        self.payload = u64::from(u32::from_be_bytes([0, b2, b1, b0]));
        self.in_head = 0;
        let size = if kind == DATA {
            0
        } else {
            self.payload / PER_FRAME
        };
        let left = self.left.checked_sub(1 + size);
        self.left = left.unwrap_or_default();
        left.is_some()
    }

    fn pay(&mut self, calls: u64, now: Instant) {
        let called = calls.saturating_sub(self.calls);
        self.calls = calls;
        let paid_at = *self.paid_at.get_or_insert(now);
        let seconds = now.saturating_duration_since(paid_at).as_secs();
        if seconds > 0 {
            self.paid_at = Some(now);
        }
        let paid = called
            .saturating_mul(PER_CALL)
            .saturating_add(seconds.saturating_mul(PER_SECOND));
        self.left = self.left.saturating_add(paid).min(BURST.max(paid));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn frame(kind: u8, len: usize) -> Vec<u8> {
        let [_, b2, b1, b0] = u32::try_from(len).unwrap().to_be_bytes();
        let mut frame = vec![b2, b1, b0, kind, 0, 0, 0, 0, 0];
        frame.resize(HEAD + len, 0xff);
        frame
    }

    /// How many of these frames are taken, read in pieces of that many bytes.
    fn taken(flood: &mut Flood, frame: &[u8], piece: usize, now: Instant) -> u64 {
        for count in 0.. {
            let mut pieces = frame.chunks(piece);
            if !pieces.all(|piece| flood.see(piece, 0, now)) || count > 2 * BURST {
                return count;
            }
        }
        0
    }

    #[test]
    fn frames_that_answer_nothing_are_bounded_whatever_they_are() {
        let now = Instant::now();
        for kind in [DATA, 2, 3, 4, 6, 7, 8, 0xee] {
            for (len, piece) in [(0, 1), (8, 5), (8, 1000)] {
                let taken = taken(&mut Flood::new(0), &frame(kind, len), piece, now);
                assert_eq!(taken, BURST, "{kind} {len} {piece}");
            }
        }
        let large = taken(&mut Flood::new(0), &frame(6, 16_384), 10_000, now);
        assert_eq!(large, BURST / 5);
        let data = taken(&mut Flood::new(0), &frame(DATA, 16_384), 10_000, now);
        assert_eq!(data, BURST);
    }

    #[test]
    fn calls_and_time_pay_for_frames() {
        let start = Instant::now();
        let mut flood = Flood::new(7);
        let answer = [frame(1, 100), frame(DATA, 300), frame(1, 20), frame(8, 4)].concat();
        for call in 8..10_000 {
            assert!(flood.see(&answer, call, start));
        }
        let ping = frame(6, 8);
        let mut flood = Flood::new(0);
        for second in 0..10_000 {
            let now = start + Duration::from_secs(second);
            for _ in 0..50 {
                assert!(flood.see(&ping, 0, now));
            }
        }
        let now = start + Duration::from_hours(24);
        assert!(taken(&mut flood, &ping, 17, now) <= BURST.max(24 * 3600 * PER_SECOND));
    }
}
