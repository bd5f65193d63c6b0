//! The pool usage of one connection.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::connection_admission::ConnectionAdmission;
use crate::refusal::Refusal;

/// The pool usage of one connection. Dropping it releases the usage.
#[derive(Debug)]
pub(crate) struct Permit {
    admission: Arc<ConnectionAdmission>,
    id: u64,
    evicted: Arc<Notify>,
    proven: bool,
}

impl Permit {
    pub(crate) fn new(
        admission: Arc<ConnectionAdmission>,
        id: u64,
        evicted: Arc<Notify>,
        proven: bool,
    ) -> Self {
        Self {
            admission,
            id,
            evicted,
            proven,
        }
    }

    /// Counts the connection for its prefixes: the complete handshake proves its address.
    pub(crate) fn establish(&mut self, ip: IpAddr) -> Result<(), Refusal> {
        let policy = self.admission.policy();
        if !self.proven {
            self.proven = true;
            self.admission.rates.charge_proven(ip, &policy);
        }
        self.admission.pools().establish(self.id, &policy)
    }

    /// Takes `bytes` more of the memory for first frames.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Refusal> {
        let policy = self.admission.policy();
        self.admission.pools().hold(self.id, bytes, &policy)
    }

    /// Marks the handshake as waiting for a turn.
    pub(crate) fn wait(&mut self) {
        self.admission.pools().wait(self.id);
    }

    /// Marks the handshake as begun. QUIC holds memory for the connection until the returned value is dropped.
    pub(crate) fn begin(&mut self) -> QuicMemory {
        let mut pools = self.admission.pools();
        pools.begin(self.id);
        pools.keep(self.id);
        QuicMemory {
            admission: Arc::clone(&self.admission),
            id: self.id,
        }
    }

    /// Returns the notification for the eviction of this connection.
    pub(crate) fn evicted(&self) -> Arc<Notify> {
        Arc::clone(&self.evicted)
    }

    /// Returns the limit for which the connection was evicted; `None` if it was not.
    pub(crate) fn eviction(&self) -> Option<Refusal> {
        self.admission.pools().eviction(self.id)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.admission.pools().leave(self.id);
    }
}

/// The memory that QUIC holds for one connection, from its first packet until some time after it was closed.
#[derive(Debug)]
pub(crate) struct QuicMemory {
    admission: Arc<ConnectionAdmission>,
    id: u64,
}

impl Drop for QuicMemory {
    fn drop(&mut self) {
        self.admission.pools().forget(self.id);
    }
}
