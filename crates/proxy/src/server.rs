//! Endpoints, one to a core, and how they end.

use std::future::Future;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use quinn::{Endpoint, Incoming};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};

use crate::close;
use crate::connection::{self, Shared};
use crate::error::ServerError;
use crate::event::{Event, Refusal};
use crate::fingerprint::Fingerprint;
use crate::gate::{Gate, Source};
use crate::handler::Handler;

/// How long closed connections may take to tell their peers so at the very end.
const FAREWELL: Duration = Duration::from_secs(1);

/// A bound server: players who come from now on wait until [`run`](Server::run).
///
/// Each endpoint has a socket, a thread and a single-threaded runtime of its own. One endpoint does
/// not scale over cores, since it does every handshake's first flight under one lock.
#[derive(Debug)]
pub struct Server<H> {
    pub(crate) workers: Vec<(Runtime, Endpoint)>,
    pub(crate) shared: Arc<Shared<H>>,
    pub(crate) drain: watch::Sender<bool>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) address: SocketAddr,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) recv_buffer: (usize, usize),
}

impl<H: Handler> Server<H> {
    /// The address that it listens on, with the port that the system chose where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Of the certificate that clients are shown.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
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
        let (ended, mut endings) = mpsc::channel(self.workers.len().max(1));
        let connection_ids = Arc::new(AtomicU64::new(0));
        let drained = watch::Sender::new(0);
        let count = self.workers.len();
        let mut running = 0;
        for (index, (runtime, endpoint)) in self.workers.into_iter().enumerate() {
            let worker = Worker {
                endpoint,
                shared: Arc::clone(&self.shared),
                gate: Arc::clone(&self.gate),
                connection_ids: Arc::clone(&connection_ids),
                drained: drained.clone(),
                count,
            };
            let ended = ended.clone();
            thread::Builder::new()
                .name(format!("endpoint-{index}"))
                .spawn(move || {
                    let drained = catch_unwind(AssertUnwindSafe(|| runtime.block_on(worker.run())));
                    // A handler that blocks must not keep the process from ending.
                    runtime.shutdown_background();
                    let _ = ended.blocking_send((index, drained.unwrap_or(false)));
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

/// One endpoint on its thread.
struct Worker<H> {
    endpoint: Endpoint,
    shared: Arc<Shared<H>>,
    gate: Arc<Gate>,
    connection_ids: Arc<AtomicU64>,
    /// How many of the `count` workers have nobody in flight any more.
    drained: watch::Sender<usize>,
    count: usize,
}

impl<H: Handler> Worker<H> {
    /// True when it ended because it was asked to.
    async fn run(self) -> bool {
        let mut draining = self.shared.draining.clone();
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
        let source = Source::of(remote.ip());
        // An address that is not proven may be forged: to shut its owner out, or to take all places.
        let unproven = !incoming.remote_address_validated() && incoming.may_retry();
        let source_is_full = self.gate.is_full_for(source);
        if unproven && (source_is_full || self.gate.is_crowded()) {
            // Costs no state here and the client a round trip (RFC 9000, section 8.1.2).
            let _ = incoming.retry();
            return;
        }
        if source_is_full {
            return self.refuse(incoming, Refusal::Source);
        }
        let Some(mut place) = self.gate.enter() else {
            return self.refuse(incoming, Refusal::Total);
        };
        if incoming.remote_address_validated() && !place.claim(source) {
            return self.refuse(incoming, Refusal::Source);
        }
        let id = self.connection_ids.fetch_add(1, Ordering::Relaxed);
        connections.spawn(connection::serve(
            Arc::clone(&self.shared),
            incoming,
            place,
            id,
        ));
    }

    fn refuse(&self, incoming: Incoming, refusal: Refusal) {
        let remote = incoming.remote_address();
        incoming.refuse();
        self.shared
            .handler
            .observe(&Event::Refused { remote, refusal });
    }

    fn reap(&self, ended: &Result<(), JoinError>) {
        if ended.as_ref().is_err_and(JoinError::is_panic) {
            self.shared.handler.observe(&Event::Panicked);
        }
    }

    /// Keeps answering newcomers with a refusal, so that they try elsewhere at once, until nobody is
    /// in flight on any endpoint. The kernel spreads clients by how many sockets share the port: one
    /// that closes early sends the datagrams of players who are still here to the wrong endpoints.
    async fn drain(&self, mut connections: JoinSet<()>) {
        let deadline = tokio::time::sleep(self.shared.limits.drain_timeout);
        tokio::pin!(deadline);
        let mut others = self.drained.subscribe();
        let mut in_flight = true;
        loop {
            if in_flight && connections.is_empty() {
                in_flight = false;
                self.drained.send_modify(|drained| *drained += 1);
            }
            tokio::select! {
                Some(ended) = connections.join_next() => self.reap(&ended),
                Some(incoming) = self.endpoint.accept() => self.refuse(incoming, Refusal::Draining),
                _ = others.wait_for(|drained| *drained >= self.count) => break,
                () = &mut deadline => break,
            }
        }
        self.endpoint.close(close::NO_ERROR, b"");
        let _ = tokio::time::timeout(FAREWELL, self.endpoint.wait_idle()).await;
    }
}
