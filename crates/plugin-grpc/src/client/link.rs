//! The channel to a plugin, and the thread that its connection lives on.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use http::Uri;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tonic::transport::{Channel, Endpoint};

use super::backoff::DialBackoff;
use super::connection_hold::ConnectionHold;
use super::dial::{Dialer, connect};
use super::settings::GrpcSettings;
use super::target::DialTarget;

/// Shortest and longest pause between attempts to connect that no call waits for. They double without the `Backoff` of
/// hyrouter-http-client: that would add URLs to this crate, which plugin authors build too, for two lines.
const MIN_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// Maximum size in bytes of the headers or trailers of a response, which is announced to the server. A server that
/// sends more may lose the connection, and with it all calls on it: h2 bounds the frames of a header block as well.
const MAX_METADATA: u32 = 64 * 1024;

/// The channel to one plugin.
///
/// Its connection has its own thread, so that a misbehaving server takes no time from the threads of players and of
/// other plugins. A call therefore changes threads twice, which costs some microseconds.
pub(super) struct Link {
    pub(super) channel: Channel,
    pub(super) backoff: Arc<DialBackoff>,
    pub(super) hold: Arc<ConnectionHold>,
    target: Arc<DialTarget>,
    absence: Arc<Absence>,
    runtime: Handle,
    /// Dropped with the link, which ends the thread.
    _end: oneshot::Sender<()>,
}

impl Link {
    /// Starts the thread. Does not connect.
    ///
    /// # Errors
    /// The thread could not be started.
    pub(super) fn new(target: DialTarget, settings: &GrpcSettings) -> io::Result<Self> {
        // Connecting, its timeout and TLS are the dialer's. With `https` here, tonic would add TLS of its own, or
        // refuse to, as the features are that others switch on in it.
        let endpoint = Endpoint::from(Uri::from_static("http://dialer"))
            .origin(target.origin.clone())
            .http2_max_header_list_size(MAX_METADATA)
            .http2_keep_alive_interval(settings.keepalive_interval)
            .keep_alive_timeout(settings.keepalive_timeout)
            .keep_alive_while_idle(settings.keepalive_while_idle);
        let backoff = Arc::new(DialBackoff::new(settings.backoff));
        let hold = Arc::new(ConnectionHold::default());
        let target = Arc::new(target);
        let dialer = Dialer {
            target: Arc::clone(&target),
            backoff: Arc::clone(&backoff),
            hold: Arc::clone(&hold),
        };
        let (runtime, end) = begin()?;
        // A channel spawns its tasks on the runtime that it is made in.
        let _in = runtime.enter();
        Ok(Self {
            channel: endpoint.connect_with_connector_lazy(dialer),
            backoff,
            hold,
            target,
            absence: Arc::default(),
            runtime: runtime.clone(),
            _end: end,
        })
    }

    /// Returns the likely mistake if the server closes every connection before a response.
    pub(super) fn closed_hint(&self) -> &'static str {
        if self.target.tls.is_some() {
            "the server may require a client certificate (`cert_file` and `key_file` of `grpc.tls`)"
        } else {
            "the server may speak TLS (`grpc.tls`) or HTTP/1"
        }
    }

    /// Starts to connect repeatedly without calls, until an attempt succeeds. Its connection is closed again.
    pub(super) fn watch_for_return(&self) {
        self.absence.is_back.store(false, Ordering::Relaxed);
        if self.absence.is_watched.swap(true, Ordering::Relaxed) {
            return;
        }
        let (target, hold) = (Arc::clone(&self.target), Arc::clone(&self.hold));
        let absence = Arc::clone(&self.absence);
        self.runtime.spawn(async move {
            let mut pause = MIN_PAUSE;
            let mut was_away = false;
            while !hold.is_open() {
                if let Ok(Ok(_)) = timeout(target.connect_timeout, connect(&target)).await {
                    absence.is_back.store(was_away, Ordering::Relaxed);
                    break;
                }
                was_away = true;
                sleep(pause).await;
                pause = (pause * 2).min(MAX_PAUSE);
            }
            absence.is_watched.store(false, Ordering::Relaxed);
        });
    }

    /// Returns whether the server is reachable again since [`watch_for_return`](Self::watch_for_return).
    pub(super) fn is_back(&self) -> bool {
        self.absence.is_back.load(Ordering::Relaxed)
    }
}

/// State of a server that is not called because it was unreachable.
#[derive(Debug, Default)]
struct Absence {
    is_watched: AtomicBool,
    is_back: AtomicBool,
}

/// Starts a thread with a runtime, which ends when the sender is dropped.
fn begin() -> io::Result<(Handle, oneshot::Sender<()>)> {
    begin_by(|serve| {
        let named = thread::Builder::new().name("grpc-plugin".to_owned());
        named.spawn(serve).map(drop)
    })
}

/// Runs the connection. The runtime is made on its own thread: if the thread cannot be started, a runtime made before
/// would be dropped within the caller's runtime, and panic.
fn begin_by(
    spawn: impl FnOnce(Box<dyn FnOnce() + Send>) -> io::Result<()>,
) -> io::Result<(Handle, oneshot::Sender<()>)> {
    let (made, making) = mpsc::sync_channel(1);
    let (end, ended) = oneshot::channel();
    spawn(Box::new(move || {
        match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => {
                let _ = made.send(Ok(runtime.handle().clone()));
                let _ = runtime.block_on(ended);
                // A name lookup that hangs must not delay the end.
                runtime.shutdown_background();
            }
            Err(error) => {
                let _ = made.send(Err(error));
            }
        }
    }))?;
    let handle = making.recv().map_err(io::Error::other)??;
    Ok((handle, end))
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("hold", &self.hold)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_link_without_a_thread_is_an_error_within_a_runtime_too() {
        let error = begin_by(|_| Err(io::ErrorKind::WouldBlock.into())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        let gone = begin_by(|serve| {
            drop(serve);
            Ok(())
        });
        gone.unwrap_err();
        let (handle, _end) = begin().unwrap();
        assert_eq!(handle.spawn(async { 7 }).await.unwrap(), 7);
    }
}
