//! Making room in a full pool.

use std::net::IpAddr;

use super::Pools;
use super::accounting::PrefixUsage;
use super::prefix::Prefix;
use super::ranking::Ranking;
use super::usage::{PoolUsage, PooledResource};
use crate::admission_policy::AdmissionPolicy;
use crate::connection_admission::Proof;
use crate::limits::RetryMode;
use crate::refusal::Refusal;

impl Pools {
    /// Checks that all prefixes of an address may hold `more` in addition.
    pub(super) fn check(
        &self,
        ip: IpAddr,
        more: PoolUsage,
        policy: &AdmissionPolicy,
    ) -> Result<(), Refusal> {
        for prefix in Prefix::all_of(ip) {
            let Some(PrefixUsage { held, .. }) = self.prefixes.get(&prefix) else {
                // A prefix without usage always gets the minimum of the pool, so that one client gets in.
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

    /// Makes room for `more` in a pool. Evicts other connections if the pool is full.
    pub(super) fn make_room(
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
                // Without Retry, no address is proven and only age is left to choose by.
                Proof::Unproven if policy.limits.retry == RetryMode::Never => {
                    self.oldest_unproven(pool)
                }
                // After a Retry the client returns with a proven address and takes the other branch.
                Proof::Unproven => None,
            };
            self.evict(victim.ok_or(pool.refusal())?, pool);
        }
        Ok(())
    }

    /// Returns the connection to evict from a pool for `more` of `ip`: one of the largest network, if that holds more
    /// than the new connection's network will hold.
    fn victim(&self, pool: PooledResource, ip: IpAddr, more: usize) -> Option<u64> {
        let (most, id) = self.ranking(pool)?.first()?;
        let own = Prefix::all_of(ip).find(|prefix| prefix.level().is_network())?;
        let held = self.prefixes.get(&own).map_or(0, |own| own.held.of(pool));
        let after = held.saturating_add(more);
        let gives_way = most > after || (most == after && pool.evicts_equals());
        gives_way.then_some(id)
    }

    fn oldest_unproven(&self, pool: PooledResource) -> Option<u64> {
        let holds = matches!(pool, PooledResource::HalfOpen | PooledResource::Open);
        self.unproven.first().copied().filter(|_| holds)
    }

    /// Takes everything from a connection except what QUIC remembers, and notifies it.
    pub(super) fn evict(&mut self, id: u64, pool: PooledResource) {
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
            // quinn offers no way to forget a closed connection early.
            PooledResource::Remembered => None,
        }
    }
}
