//! One endpoint on its thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use quinn::{Endpoint, Incoming};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::close_reason;
use crate::connection::{self, Accepted, ServerContext};
use crate::connection_admission::{AdmissionDecision, Proof};
use crate::event::Event;
use crate::handler::Handler;
use crate::handshake_queue::HandshakeQueue;
use crate::pools::Prefix;
use crate::refusal::Refusal;

/// Maximum time for closed connections to notify their peers at the very end.
const FAREWELL: Duration = Duration::from_secs(1);

/// Marks a worker as drained.
pub(crate) fn mark(drained: &watch::Sender<Vec<bool>>, index: usize) {
    drained.send_modify(|drained| {
        if let Some(done) = drained.get_mut(index) {
            *done = true;
        }
    });
}

/// An endpoint and the connections on it.
pub(crate) struct EndpointWorker<H> {
    pub(crate) endpoint: Endpoint,
    pub(crate) server: Arc<ServerContext<H>>,
    pub(crate) connection_ids: Arc<AtomicU64>,
    /// Queue of new connections that wait for their handshake.
    pub(crate) queue: Arc<HandshakeQueue>,
    pub(crate) index: usize,
    /// For each worker, `true` once it has no connections.
    pub(crate) drained: watch::Sender<Vec<bool>>,
}

impl<H: Handler> EndpointWorker<H> {
    /// Runs until shutdown. Returns `true` if the end was requested, `false` if the endpoint was lost.
    pub(crate) async fn run(self) -> bool {
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

    /// Decides whether a new connection is admitted, before any cryptography.
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

    /// Refuses new connections, so that clients fail over immediately, until no endpoint has a connection. No endpoint
    /// closes its socket early: the kernel maps clients to sockets by their number, so the datagrams of connected
    /// players would reach the wrong endpoints.
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
