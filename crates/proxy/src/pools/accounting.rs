//! Accounting: usage per connection, per prefix and in total.

use std::cmp::Reverse;
use std::net::IpAddr;

use super::Pools;
use super::prefix::Prefix;
use super::ranking::NetworkRank;
use super::usage::PoolUsage;
use crate::connection_admission::Proof;

/// Usage of all connections of a prefix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PrefixUsage {
    pub(super) held: PoolUsage,
    /// Time of the last increase of each pool, by [`Pools::clock`].
    pub(super) added: LastIncrease,
}

/// Values of [`Pools::clock`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LastIncrease {
    pub(super) half_open: u64,
    pub(super) open: u64,
    pub(super) unread: u64,
}

impl Pools {
    pub(super) fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// Sets the usage of a connection and updates all sums that it counts in.
    pub(super) fn set(&mut self, id: u64, held: PoolUsage, proof: Proof) {
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

    /// Updates the prefixes of a connection whose usage changes from `before` to `after`.
    pub(super) fn count(&mut self, id: u64, ip: IpAddr, before: PoolUsage, after: PoolUsage) {
        if before == after {
            return;
        }
        let now = self.tick();
        for prefix in Prefix::all_of(ip) {
            let usage = self.prefixes.entry(prefix).or_default();
            let was = *usage;
            usage.held = was.held.with(before, after);
            let added = &mut usage.added;
            for (at, before, after) in [
                (&mut added.half_open, before.half_open, after.half_open),
                (&mut added.open, before.open, after.open),
                (&mut added.unread, before.unread, after.unread),
            ] {
                if after > before {
                    *at = now;
                }
            }
            let is = *usage;
            if is.held == PoolUsage::NOTHING {
                self.prefixes.remove(&prefix);
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
