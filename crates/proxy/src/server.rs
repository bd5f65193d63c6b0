//! The server: one endpoint per core.

use std::future::Future;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;

use quinn::Endpoint;
use tokio::sync::{mpsc, watch};

use crate::certificate_fingerprint::CertificateFingerprint;
use crate::connection::ServerContext;
use crate::endpoint_worker::{EndpointWorker, mark};
use crate::error::ServerError;
use crate::handler::Handler;
use crate::server_control::EndpointsGuard;
use crate::server_handle::ServerHandle;
use crate::socket::RecvBuffer;
use crate::worker_runtime::WorkerRuntime;

/// A bound server. New connections wait until [`run`](Server::run).
///
/// Each endpoint has its own socket, thread and single-threaded runtime. One endpoint does not scale over cores, since
/// quinn computes the first flight of every handshake under one lock.
#[derive(Debug)]
pub struct Server<H> {
    pub(crate) workers: Vec<(WorkerRuntime, Endpoint)>,
    pub(crate) context: Arc<ServerContext<H>>,
    pub(crate) drain: watch::Sender<bool>,
    pub(crate) address: SocketAddr,
    pub(crate) recv_buffer: RecvBuffer,
    pub(crate) endpoints_guard: EndpointsGuard,
}

impl<H: Handler> Server<H> {
    /// Returns the address that it listens on, with the port that the system chose if 0 was requested.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns the fingerprint of the certificate that clients are shown.
    pub fn fingerprint(&self) -> CertificateFingerprint {
        self.handle().fingerprint()
    }

    /// Returns a handle that reads and changes the server while it runs.
    pub fn handle(&self) -> ServerHandle {
        ServerHandle::new(Arc::clone(&self.endpoints_guard.0))
    }

    /// Returns the number of sockets that share the port.
    pub fn endpoints(&self) -> usize {
        self.workers.len()
    }

    /// Returns the receive buffer of each socket.
    pub fn recv_buffer(&self) -> RecvBuffer {
        self.recv_buffer
    }

    /// Serves until `shutdown` is ready, then refuses new connections, answers the connections in progress for at most
    /// [`Limits::drain_timeout`](crate::Limits::drain_timeout), and closes.
    ///
    /// # Errors
    ///
    /// [`ServerError::EndpointLost`] if an endpoint stopped unexpectedly. The others are then drained as for a
    /// shutdown.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServerError> {
        let endpoints = self.endpoints_guard;
        let (ended, mut endings) = mpsc::channel(self.workers.len().max(1));
        let connection_ids = Arc::new(AtomicU64::new(0));
        let drained = watch::Sender::new(vec![false; self.workers.len()]);
        let mut running = 0;
        for (index, (runtime, endpoint)) in self.workers.into_iter().enumerate() {
            let worker = EndpointWorker {
                endpoint,
                server: Arc::clone(&self.context),
                connection_ids: Arc::clone(&connection_ids),
                queue: Arc::default(),
                index,
                drained: drained.clone(),
            };
            let ended = ended.clone();
            let all_drained = drained.clone();
            let control = Arc::clone(&endpoints.0);
            thread::Builder::new()
                .name(format!("endpoint-{index}"))
                .spawn(move || {
                    // A panic counts as a lost endpoint: without the catch, the end would not be reported.
                    let drained = catch_unwind(AssertUnwindSafe(|| runtime.block_on(worker.run())));
                    drop(runtime);
                    control.release(index);
                    // On any end, so that the other workers do not wait for this one's connections.
                    mark(&all_drained, index);
                    let _ = ended.blocking_send((index, matches!(drained, Ok(Some(true)))));
                })
                .map_err(ServerError::Start)?;
            running += 1;
        }
        // Only workers hold senders now, so that `recv` ends with the last one.
        drop(ended);

        let mut lost = None;
        tokio::select! {
            () = shutdown => {}
            Some((endpoint, _)) = endings.recv() => {
                running -= 1;
                lost = Some(endpoint);
            }
        }
        self.drain.send_replace(true);
        for _ in 0..running {
            match endings.recv().await {
                Some((_, true)) => {}
                Some((endpoint, false)) => lost = lost.or(Some(endpoint)),
                None => break,
            }
        }
        lost.map_or(Ok(()), |endpoint| {
            Err(ServerError::EndpointLost { endpoint })
        })
    }
}
