//! What each connection, and each network, holds of what all share.
//!
//! No pool can be filled by few. A prefix may hold a fixed part of a pool at most, and when more than half of the pool
//! is taken, that part of twice what is free (a dynamic threshold, as switches share their buffers: Choudhury and Hahne,
//! 1998). A pool that is full all the same makes room at the cost of the network that holds most.

mod connection_entry;
mod prefix;
mod ranking;
mod usage;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::Notify;

use self::connection_entry::ConnectionEntry;
use self::ranking::{NetworkRank, Ranking};
use crate::admission_policy::AdmissionPolicy;
use crate::connection_admission::Proof;
use crate::limits::RetryMode;
use crate::refusal::Refusal;

pub(crate) use self::prefix::{Prefix, PrefixLevel};
pub(crate) use self::usage::{PoolUsage, PooledResource};

/// The books of one server. An entry stays until its connection is served to its end and QUIC has forgotten it, so
/// that `AdmissionPolicy::capacity` bounds all of this too.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    entries: HashMap<u64, ConnectionEntry>,
    /// What connections whose address is proven hold; nothing is kept of a prefix that holds nothing.
    holdings: HashMap<Prefix, PrefixUsage>,
    half_open: Ranking,
    open: Ranking,
    unread: Ranking,
    total: PoolUsage,
    /// Open connections whose address is not proven, the oldest first. They count for no prefix.
    unproven: BTreeSet<u64>,
    /// Of those, the ones whose handshake has not been begun.
    waiting: usize,
    /// Addresses and links that hold open connections.
    sources: usize,
    /// Counts up with every change: the order in which things happened.
    clock: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct PrefixUsage {
    held: PoolUsage,
    /// When each of it last became more, by [`Pools::clock`].
    added: Added,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Added {
    half_open: u64,
    open: u64,
    unread: u64,
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

    /// Lets a newcomer in, and gives its id and how it is told that it has to make room.
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
        self.check(ip, PoolUsage::NEWCOMER, policy)?;
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
        self.set(id, PoolUsage::NEWCOMER, proof);
        Ok((id, evicted))
    }

    /// The handshake is over, which proves the address.
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
        // QUIC remembers it whatever comes of it, and now it is known whose it is.
        self.set(id, held, Proof::Proven);
        judged
    }

    /// Takes so many bytes more of the memory for first frames.
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

    /// Its handshake waits for a turn.
    pub(crate) fn wait(&mut self, id: u64) {
        self.set_waiting(id, true);
    }

    /// Its handshake is computed now.
    pub(crate) fn begin(&mut self, id: u64) {
        self.set_waiting(id, false);
    }

    /// QUIC begins to hold memory for it.
    pub(crate) fn keep(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.kept = true;
        }
    }

    /// QUIC has forgotten it.
    pub(crate) fn forget(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.kept = false;
        }
        self.settle(id);
    }

    /// Nobody serves it any more.
    pub(crate) fn leave(&mut self, id: u64) {
        self.set_waiting(id, false);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.served = false;
        }
        self.settle(id);
    }

    /// The bound of the pool that it had to make room in.
    pub(crate) fn eviction(&self, id: u64) -> Option<Refusal> {
        let pool = self.entries.get(&id)?.evicted_from?;
        Some(pool.refusal())
    }

    /// Gives back what an entry does not need any more.
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

    /// Whether all prefixes of an address may hold so much more.
    fn check(&self, ip: IpAddr, more: PoolUsage, policy: &AdmissionPolicy) -> Result<(), Refusal> {
        for prefix in Prefix::all_of(ip) {
            let Some(PrefixUsage { held, .. }) = self.holdings.get(&prefix) else {
                // What a pool has at least for each is enough for one that holds nothing.
                continue;
            };
            for pool in PooledResource::ALL {
                let more = more.of(pool);
                let share = policy.share(prefix.level(), pool, self.total.of(pool));
                if more > 0 && held.of(pool).saturating_add(more) > share {
                    return Err(match pool {
                        PooledResource::Unread => Refusal::Memory,
                        PooledResource::HalfOpen
                        | PooledResource::Open
                        | PooledResource::Remembered => Refusal::Source,
                    });
                }
            }
        }
        Ok(())
    }

    /// Sees to it that `more` fits into a pool, at the cost of others where it is full.
    fn make_room(
        &mut self,
        pool: PooledResource,
        ip: IpAddr,
        proof: Proof,
        more: usize,
        policy: &AdmissionPolicy,
    ) -> Result<(), Refusal> {
        let capacity = policy.capacity.of(pool);
        while self.total.of(pool).saturating_add(more) > capacity {
            let victim = match proof {
                Proof::Proven => self.victim(pool, ip, more),
                // Without Retry there is nothing better to go by than age.
                Proof::Unproven if policy.limits.retry == RetryMode::Never => {
                    self.oldest_unproven(pool)
                }
                // With the proof of its address it comes again and is one of the others.
                Proof::Unproven => None,
            };
            self.evict(victim.ok_or(pool.refusal())?, pool);
        }
        Ok(())
    }

    /// The connection that makes room in a pool for `more` of `ip`: one of the network that holds most, if that is
    /// more than what the newcomer's will hold.
    fn victim(&self, pool: PooledResource, ip: IpAddr, more: usize) -> Option<u64> {
        let (most, id) = self.ranking(pool)?.first()?;
        let own = Prefix::all_of(ip).find(|prefix| prefix.level().is_network())?;
        let held = self.holdings.get(&own).map_or(0, |own| own.held.of(pool));
        let after = held.saturating_add(more);
        let gives_way = most > after || (most == after && pool.evicts_equals());
        gives_way.then_some(id)
    }

    fn oldest_unproven(&self, pool: PooledResource) -> Option<u64> {
        let holds = matches!(pool, PooledResource::HalfOpen | PooledResource::Open);
        self.unproven.first().copied().filter(|_| holds)
    }

    /// Takes everything from a connection except what QUIC remembers, and tells it.
    fn evict(&mut self, id: u64, pool: PooledResource) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        entry.evict(pool);
        let proof = entry.proof;
        let held = PoolUsage {
            remembered: entry.held.remembered,
            ..PoolUsage::NOTHING
        };
        self.set_waiting(id, false);
        self.set(id, held, proof);
    }

    fn ranking(&self, pool: PooledResource) -> Option<&Ranking> {
        match pool {
            PooledResource::HalfOpen => Some(&self.half_open),
            PooledResource::Open => Some(&self.open),
            PooledResource::Unread => Some(&self.unread),
            // What QUIC remembers of a closed connection can not be taken from it.
            PooledResource::Remembered => None,
        }
    }

    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// Enters what a connection holds from now on, everywhere that it counts.
    fn set(&mut self, id: u64, held: PoolUsage, proof: Proof) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        let (before, ip) = ((entry.held, entry.proof), entry.ip);
        entry.held = held;
        entry.proof = proof;
        self.total = self.total.with(before.0, held);
        let counted = |(held, proof)| match proof {
            Proof::Proven => held,
            Proof::Unproven => PoolUsage::NOTHING,
        };
        if proof == Proof::Unproven && held.open > 0 {
            self.unproven.insert(id);
        } else if before.1 == Proof::Unproven {
            self.unproven.remove(&id);
        }
        self.count(id, ip, counted(before), counted((held, proof)));
    }

    /// Counts for its prefixes that a connection holds `after` instead of `before`.
    fn count(&mut self, id: u64, ip: IpAddr, before: PoolUsage, after: PoolUsage) {
        if before == after {
            return;
        }
        let now = self.tick();
        for prefix in Prefix::all_of(ip) {
            let holding = self.holdings.entry(prefix).or_default();
            let was = *holding;
            holding.held = was.held.with(before, after);
            let added = &mut holding.added;
            for (at, before, after) in [
                (&mut added.half_open, before.half_open, after.half_open),
                (&mut added.open, before.open, after.open),
                (&mut added.unread, before.unread, after.unread),
            ] {
                if after > before {
                    *at = now;
                }
            }
            let is = *holding;
            if is.held == PoolUsage::NOTHING {
                self.holdings.remove(&prefix);
            }
            if prefix.level().is_source() {
                self.sources += usize::from(was.held.open == 0 && is.held.open > 0);
                self.sources -= usize::from(was.held.open > 0 && is.held.open == 0);
            }
            if prefix.level().is_network() {
                self.rank(prefix, was, is);
                self.half_open
                    .hold(prefix, id, before.half_open, after.half_open);
                self.open.hold(prefix, id, before.open, after.open);
                self.unread.hold(prefix, id, before.unread, after.unread);
            }
        }
    }

    fn rank(&mut self, network: Prefix, was: PrefixUsage, is: PrefixUsage) {
        let standing = |held, added| NetworkRank {
            held,
            added: Reverse(added),
            network,
        };
        self.half_open.stand(
            standing(was.held.half_open, was.added.half_open),
            standing(is.held.half_open, is.added.half_open),
        );
        self.open.stand(
            standing(was.held.open, was.added.open),
            standing(is.held.open, is.added.open),
        );
        self.unread.stand(
            standing(was.held.unread, was.added.unread),
            standing(is.held.unread, is.added.unread),
        );
    }
}

#[cfg(test)]
mod tests;
