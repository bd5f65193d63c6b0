//! Usage of the shared pools by each connection and each network.
//!
//! A few networks cannot fill a pool. A prefix may hold at most a fixed part of a pool or, when more than half of the
//! pool is taken, that part of twice the free amount (a dynamic threshold, as switches share their buffers: Choudhury
//! and Hahne, 1998). A pool that is full nevertheless makes room at the cost of the network that holds most.

mod accounting;
mod connection_entry;
mod prefix;
mod ranking;
mod room;
mod usage;

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::Notify;

use self::accounting::PrefixUsage;
use self::connection_entry::ConnectionEntry;
use self::ranking::Ranking;
use crate::admission_policy::AdmissionPolicy;
use crate::connection_admission::Proof;
use crate::refusal::Refusal;

pub(crate) use self::prefix::{Prefix, PrefixLevel};
pub(crate) use self::usage::{PoolUsage, PooledResource};

/// Pool usage of one server. An entry stays until its connection has ended and QUIC has forgotten it, so that
/// `AdmissionPolicy::capacity` also bounds the memory of these tables.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    entries: HashMap<u64, ConnectionEntry>,
    /// Usage of connections with proven addresses. A prefix that holds nothing has no entry.
    prefixes: HashMap<Prefix, PrefixUsage>,
    half_open: Ranking,
    open: Ranking,
    unread: Ranking,
    total: PoolUsage,
    /// Open connections with unproven addresses, the oldest first. They count for no prefix.
    unproven: BTreeSet<u64>,
    /// Number of these with a handshake not yet begun.
    waiting: usize,
    /// Addresses and links that hold open connections.
    sources: usize,
    /// Logical clock, incremented with every change.
    clock: u64,
}

impl Pools {
    pub(crate) fn total(&self) -> PoolUsage {
        self.total
    }

    pub(crate) fn unproven(&self) -> usize {
        self.unproven.len()
    }

    pub(crate) fn sources(&self) -> usize {
        self.sources
    }

    /// Admits a connection. Returns its id and the notification for its eviction.
    pub(crate) fn enter(
        &mut self,
        ip: IpAddr,
        proof: Proof,
        policy: &AdmissionPolicy,
    ) -> Result<(u64, Arc<Notify>), Refusal> {
        if proof == Proof::Unproven {
            let crowded = self.unproven.len() >= policy.crowd
                || self.waiting >= policy.queue
                || self.total.remembered >= policy.max_remembered_unproven;
            if crowded {
                return Err(Refusal::HalfOpen);
            }
        }
        self.check(ip, PoolUsage::NEW_CONNECTION, policy)?;
        for pool in [
            PooledResource::Remembered,
            PooledResource::Open,
            PooledResource::HalfOpen,
        ] {
            self.make_room(pool, ip, proof, 1, policy)?;
        }
        let id = self.tick();
        let entry = ConnectionEntry::new(ip, proof);
        let evicted = entry.evicted();
        self.entries.insert(id, entry);
        self.set(id, PoolUsage::NEW_CONNECTION, proof);
        Ok((id, evicted))
    }

    /// Counts a connection for its prefixes: the complete handshake proves its address.
    pub(crate) fn establish(&mut self, id: u64, policy: &AdmissionPolicy) -> Result<(), Refusal> {
        let Some(entry) = self.entries.get(&id) else {
            return Ok(());
        };
        if let Some(pool) = entry.evicted_from {
            return Err(pool.refusal());
        }
        let (ip, proof) = (entry.ip, entry.proof);
        let held = PoolUsage {
            half_open: 0,
            ..entry.held
        };
        let judged = match proof {
            Proof::Proven => Ok(()),
            Proof::Unproven => self.check(ip, held, policy),
        };
        // Also for a connection that is refused below: QUIC remembers it in any case, and its network is known now.
        self.set(id, held, Proof::Proven);
        judged
    }

    /// Takes `bytes` more of the memory for first frames.
    pub(crate) fn hold(
        &mut self,
        id: u64,
        bytes: usize,
        policy: &AdmissionPolicy,
    ) -> Result<(), Refusal> {
        let entry = self.entries.get(&id);
        let Some(entry) = entry.filter(|entry| entry.evicted_from.is_none()) else {
            return Err(Refusal::Memory);
        };
        let more = PoolUsage {
            unread: bytes,
            ..PoolUsage::NOTHING
        };
        let (ip, proof) = (entry.ip, entry.proof);
        let held = entry.held.with(PoolUsage::NOTHING, more);
        self.check(ip, more, policy)?;
        self.make_room(PooledResource::Unread, ip, proof, bytes, policy)?;
        self.set(id, held, proof);
        Ok(())
    }

    /// Marks a handshake as waiting for a turn.
    pub(crate) fn wait(&mut self, id: u64) {
        self.set_waiting(id, true);
    }

    /// Marks a handshake as begun.
    pub(crate) fn begin(&mut self, id: u64) {
        self.set_waiting(id, false);
    }

    /// Counts a connection as remembered by QUIC.
    pub(crate) fn keep(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.kept = true;
        }
    }

    /// Releases what a connection used of QUIC's memory.
    pub(crate) fn forget(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.kept = false;
        }
        self.settle(id);
    }

    /// Releases everything except QUIC's memory: the task has ended.
    pub(crate) fn leave(&mut self, id: u64) {
        self.set_waiting(id, false);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.served = false;
        }
        self.settle(id);
    }

    /// Returns the limit for which a connection was evicted.
    pub(crate) fn eviction(&self, id: u64) -> Option<Refusal> {
        let pool = self.entries.get(&id)?.evicted_from?;
        Some(pool.refusal())
    }

    /// Removes or reduces an entry after its task ended or QUIC forgot it.
    fn settle(&mut self, id: u64) {
        let Some(entry) = self.entries.get(&id) else {
            return;
        };
        let (served, kept, proof) = (entry.served, entry.kept, entry.proof);
        if !served {
            let remembered = usize::from(kept);
            let held = PoolUsage {
                remembered,
                ..PoolUsage::NOTHING
            };
            self.set(id, held, proof);
            if !kept {
                self.entries.remove(&id);
            }
        }
    }

    fn set_waiting(&mut self, id: u64, waiting: bool) {
        if let Some(entry) = self.entries.get_mut(&id) {
            match (entry.waiting, waiting) {
                (false, true) => self.waiting += 1,
                (true, false) => self.waiting -= 1,
                _ => {}
            }
            entry.waiting = waiting;
        }
    }
}

#[cfg(test)]
mod tests;
