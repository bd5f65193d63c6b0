//! The right of one connection to what it takes up.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::connection_admission::ConnectionAdmission;
use crate::refusal::Refusal;

/// The share of the pools that one connection holds while it is served; given back on drop.
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

    /// The handshake is over, which proves the address.
    pub(crate) fn establish(&mut self, ip: IpAddr) -> Result<(), Refusal> {
        let policy = self.admission.policy();
        if !self.proven {
            self.proven = true;
            self.admission.rates.charge_proven(ip, &policy);
        }
        self.admission.pools().establish(self.id, &policy)
    }

    /// Takes so many bytes more of the memory for first frames.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Refusal> {
        let policy = self.admission.policy();
        self.admission.pools().hold(self.id, bytes, &policy)
    }

    /// Its handshake waits for a turn.
    pub(crate) fn wait(&mut self) {
        self.admission.pools().wait(self.id);
    }

    /// Its handshake is computed now. QUIC holds memory for it until what this returns is dropped.
    pub(crate) fn begin(&mut self) -> QuicMemory {
        let mut pools = self.admission.pools();
        pools.begin(self.id);
        pools.keep(self.id);
        QuicMemory {
            admission: Arc::clone(&self.admission),
            id: self.id,
        }
    }

    /// Notified when another connection gets what this one holds.
    pub(crate) fn evicted(&self) -> Arc<Notify> {
        Arc::clone(&self.evicted)
    }

    /// Which limit made it give way to another connection; `None`: it did not have to.
    pub(crate) fn eviction(&self) -> Option<Refusal> {
        self.admission.pools().eviction(self.id)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.admission.pools().leave(self.id);
    }
}

/// The memory that QUIC holds for one connection, from its first packet until QUIC has forgotten it, which is a while
/// after it was closed.
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
