//! What one connection takes up.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::gate::Gate;
use crate::refusal::Refusal;

/// One connection's place while it is served; given back on drop.
#[derive(Debug)]
pub(crate) struct Place {
    gate: Arc<Gate>,
    id: u64,
    evicted: Arc<Notify>,
    proven: bool,
}

impl Place {
    pub(crate) fn new(gate: Arc<Gate>, id: u64, evicted: Arc<Notify>, proven: bool) -> Self {
        Self {
            gate,
            id,
            evicted,
            proven,
        }
    }

    /// The handshake is over, which proves the address.
    pub(crate) fn establish(&mut self, ip: IpAddr) -> Result<(), Refusal> {
        let policy = self.gate.policy();
        if !self.proven {
            self.proven = true;
            self.gate.rates.charge_proven(ip, &policy);
        }
        self.gate.pools().establish(self.id, &policy)
    }

    /// Takes so many bytes more of the memory for first frames.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Refusal> {
        let policy = self.gate.policy();
        self.gate.pools().hold(self.id, bytes, &policy)
    }

    /// Its handshake stands in line.
    pub(crate) fn wait(&mut self) {
        self.gate.pools().wait(self.id);
    }

    /// Its handshake is computed now. QUIC holds memory for it until what this returns is dropped.
    pub(crate) fn begin(&mut self) -> Kept {
        let mut pools = self.gate.pools();
        pools.begin(self.id);
        pools.keep(self.id);
        Kept {
            gate: Arc::clone(&self.gate),
            id: self.id,
        }
    }

    /// Notified when another one gets this place.
    pub(crate) fn evicted(&self) -> Arc<Notify> {
        Arc::clone(&self.evicted)
    }

    /// Why another one got this place; `None`: none did.
    pub(crate) fn eviction(&self) -> Option<Refusal> {
        self.gate.pools().eviction(self.id)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.pools().leave(self.id);
    }
}

/// The memory that QUIC holds for one connection, from its first packet until QUIC has forgotten it, which is a while
/// after it was closed.
#[derive(Debug)]
pub(crate) struct Kept {
    gate: Arc<Gate>,
    id: u64,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.gate.pools().forget(self.id);
    }
}
