//! Endpoints, one to a core, and how they end.

use std::future::Future;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use quinn::{Endpoint, Incoming};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};

use crate::certificate_fingerprint::CertificateFingerprint;
use crate::close_reason;
use crate::connection::{self, Accepted, ServerContext};
use crate::connection_admission::{AdmissionDecision, Proof};
use crate::error::ServerError;
use crate::event::Event;
use crate::handle::{EndpointsGuard, ServerHandle};
use crate::handler::Handler;
use crate::handshake_queue::HandshakeQueue;
use crate::pools::Prefix;
use crate::refusal::Refusal;
use crate::worker_runtime::WorkerRuntime;

/// How long closed connections may take to tell their peers so at the very end.
const FAREWELL: Duration = Duration::from_secs(1);

/// A bound server: players who come from now on wait until [`run`](Server::run).
///
/// Each endpoint has a socket, a thread and a single-threaded runtime of its own. One endpoint does
/// not scale over cores, since it does every handshake's first flight under one lock.
#[derive(Debug)]
pub struct Server<H> {
    pub(crate) workers: Vec<(WorkerRuntime, Endpoint)>,
    pub(crate) server: Arc<ServerContext<H>>,
    pub(crate) drain: watch::Sender<bool>,
    pub(crate) address: SocketAddr,
    pub(crate) recv_buffer: (usize, usize),
    pub(crate) ending: EndpointsGuard,
}

impl<H: Handler> Server<H> {
    /// The address that it listens on, with the port that the system chose where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Of the certificate that clients are shown.
    pub fn fingerprint(&self) -> CertificateFingerprint {
        self.handle().fingerprint()
    }

    /// What the server can be asked and changed by while it runs.
    pub fn handle(&self) -> ServerHandle {
        ServerHandle::new(Arc::clone(&self.ending.0))
    }

    /// How many sockets share the port.
    pub fn endpoints(&self) -> usize {
        self.workers.len()
    }

    /// What the system granted of the receive buffer that was asked for, both in bytes. With less,
    /// players who arrive in a burst lose their first packet and a second of their time; on Linux
    /// `net.core.rmem_max` is the bound.
    pub fn recv_buffer(&self) -> (usize, usize) {
        self.recv_buffer
    }

    /// Serves until `shutdown` is ready, then refuses newcomers, answers those in flight for at
    /// most [`Limits::drain_timeout`](crate::Limits::drain_timeout), and closes.
    ///
    /// # Errors
    ///
    /// [`ServerError::EndpointLost`] when an endpoint ended by itself; the others are then drained
    /// as for a shutdown.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServerError> {
        let ending = self.ending;
        let (ended, mut endings) = mpsc::channel(self.workers.len().max(1));
        let connection_ids = Arc::new(AtomicU64::new(0));
        let drained = watch::Sender::new(vec![false; self.workers.len()]);
        let mut running = 0;
        for (index, (runtime, endpoint)) in self.workers.into_iter().enumerate() {
            let worker = Worker {
                endpoint,
                server: Arc::clone(&self.server),
                connection_ids: Arc::clone(&connection_ids),
                queue: Arc::default(),
                index,
                drained: drained.clone(),
            };
            let ended = ended.clone();
            let all_drained = drained.clone();
            let control = Arc::clone(&ending.0);
            thread::Builder::new()
                .name(format!("endpoint-{index}"))
                .spawn(move || {
                    let drained = catch_unwind(AssertUnwindSafe(|| runtime.block_on(worker.run())));
                    drop(runtime);
                    control.release(index);
                    // However it ended, nobody has to wait for those who were on it.
                    mark(&all_drained, index);
                    let _ = ended.blocking_send((index, matches!(drained, Ok(Some(true)))));
                })
                .map_err(ServerError::Start)?;
            running += 1;
        }
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

fn mark(drained: &watch::Sender<Vec<bool>>, index: usize) {
    drained.send_modify(|drained| {
        if let Some(done) = drained.get_mut(index) {
            *done = true;
        }
    });
}

/// One endpoint on its thread.
struct Worker<H> {
    endpoint: Endpoint,
    server: Arc<ServerContext<H>>,
    connection_ids: Arc<AtomicU64>,
    /// Where newcomers wait for their handshake.
    queue: Arc<HandshakeQueue>,
    index: usize,
    /// Which of the workers have nobody in flight any more.
    drained: watch::Sender<Vec<bool>>,
}

impl<H: Handler> Worker<H> {
    /// True when it ended because it was asked to.
    async fn run(self) -> bool {
        let mut draining = self.server.draining.clone();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                incoming = self.endpoint.accept() => match incoming {
                    Some(incoming) => self.admit(incoming, &mut connections),
                    None => return false,
                },
                Some(ended) = connections.join_next() => self.reap(&ended),
                _ = draining.wait_for(|draining| *draining) => break,
            }
        }
        self.drain(connections).await;
        true
    }

    /// Decides at once whether a newcomer gets as far as cryptography.
    fn admit(&self, incoming: Incoming, connections: &mut JoinSet<()>) {
        let remote = incoming.remote_address();
        let proof = if !incoming.remote_address_validated() && incoming.may_retry() {
            Proof::Unproven
        } else {
            Proof::Proven
        };
        let admission = &self.server.admission;
        match admission.admit(remote.ip(), proof) {
            AdmissionDecision::Admitted(permit) => {
                admission.admitted.fetch_add(1, Ordering::Relaxed);
                let accepted = Accepted {
                    incoming,
                    permit,
                    queue: Arc::clone(&self.queue),
                    group: match proof {
                        Proof::Proven => Prefix::all_of(remote.ip()).last(),
                        Proof::Unproven => None,
                    },
                    id: self.connection_ids.fetch_add(1, Ordering::Relaxed),
                    begun: Instant::now(),
                };
                let server = Arc::clone(&self.server);
                connections.spawn(connection::serve(server, accepted));
            }
            AdmissionDecision::Retry => {
                if incoming.retry().is_ok() {
                    admission.retries.fetch_add(1, Ordering::Relaxed);
                }
            }
            AdmissionDecision::Refused(refusal) => self.refuse(incoming, refusal),
        }
    }

    fn refuse(&self, incoming: Incoming, refusal: Refusal) {
        let remote = incoming.remote_address();
        incoming.refuse();
        self.server.refused(remote, refusal);
    }

    fn reap(&self, ended: &Result<(), JoinError>) {
        if ended.as_ref().is_err_and(JoinError::is_panic) {
            self.server.handler.observe(&Event::Panicked);
        }
    }

    /// Keeps answering newcomers with a refusal, so that they try elsewhere at once, until nobody is
    /// in flight on any endpoint. The kernel spreads clients by how many sockets share the port: one
    /// that closes early sends the datagrams of players who are still here to the wrong endpoints.
    async fn drain(&self, mut connections: JoinSet<()>) {
        let deadline = tokio::time::sleep(self.server.admission.policy().limits.drain_timeout);
        tokio::pin!(deadline);
        let mut others = self.drained.subscribe();
        let mut in_flight = true;
        loop {
            if in_flight && connections.is_empty() {
                in_flight = false;
                mark(&self.drained, self.index);
            }
            tokio::select! {
                Some(ended) = connections.join_next() => self.reap(&ended),
                Some(incoming) = self.endpoint.accept() => self.refuse(incoming, Refusal::Draining),
                _ = others.wait_for(|drained| drained.iter().all(|done| *done)) => break,
                () = &mut deadline => break,
            }
        }
        self.endpoint.close(close_reason::NO_ERROR, b"");
        let _ = tokio::time::timeout(FAREWELL, self.endpoint.wait_idle()).await;
    }
}
