//! A bucket for each network, in a table that never grows.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use crate::pools::Prefix;
use crate::rate::{Bucket, Pace};

/// Slots that one network can be in.
const WAYS: usize = 8;
const SETS: usize = 8_192;

/// Buckets of 65,536 networks in 1.1 MiB, at any load.
///
/// A network has one of eight slots, by a keyed hash that clients cannot predict. A network that finds all eight taken
/// gets the slot with the fullest bucket: forgetting a full bucket changes nothing, and forgetting a nearly full one
/// grants a few tokens.
pub(crate) struct RateTable {
    sets: Box<[Mutex<[Slot; WAYS]>]>,
    hash: RandomState,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// Hash of the network; 0 in a free slot.
    tag: u64,
    bucket: Bucket,
}

impl RateTable {
    pub(crate) fn new() -> Self {
        let sets = std::iter::repeat_with(|| Mutex::new([Slot::default(); WAYS]))
            .take(SETS)
            .collect();
        Self {
            sets,
            hash: RandomState::new(),
        }
    }

    /// Takes a token of `network`. Returns `false` if it has none.
    pub(crate) fn take(&self, network: Prefix, pace: Pace, now: u64) -> bool {
        self.with(network, |bucket| bucket.take(pace, now))
    }

    /// Takes a token of `network` if it has one.
    pub(crate) fn charge(&self, network: Prefix, pace: Pace, now: u64) {
        self.with(network, |bucket| bucket.charge(pace, now));
    }

    fn with<T: Default>(&self, network: Prefix, change: impl FnOnce(&mut Bucket) -> T) -> T {
        let hash = self.hash.hash_one(network);
        let tag = hash.max(1);
        let set = usize::try_from(hash % SETS as u64).ok();
        let Some(set) = set.and_then(|index| self.sets.get(index)) else {
            return T::default();
        };
        // A set is consistent after every statement under its lock, so a poisoned lock is usable.
        let mut slots = set.lock().unwrap_or_else(PoisonError::into_inner);
        let mut chosen: Option<&mut Slot> = None;
        for slot in slots.iter_mut() {
            if slot.tag == tag {
                chosen = Some(slot);
                break;
            }
            if chosen.as_ref().is_none_or(|best| slot.bucket < best.bucket) {
                chosen = Some(slot);
            }
        }
        let Some(slot) = chosen else {
            return T::default();
        };
        if slot.tag != tag {
            *slot = Slot {
                tag,
                bucket: Bucket::default(),
            };
        }
        change(&mut slot.bucket)
    }
}

impl std::fmt::Debug for RateTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateTable").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv6Addr};

    use super::*;
    use crate::Rate;

    fn network(ip: &str) -> Prefix {
        Prefix::all_of(ip.parse().unwrap()).last().unwrap()
    }

    fn pace(burst: u32) -> Pace {
        let per_second = 1;
        Pace::of(Rate { per_second, burst }).unwrap()
    }

    #[test]
    fn each_network_has_its_own_bucket() {
        let table = RateTable::new();
        assert!(table.take(network("192.0.2.1"), pace(1), 5));
        assert!(!table.take(network("192.0.2.77"), pace(1), 5));
        assert!(table.take(network("198.51.100.1"), pace(1), 5));
        table.charge(network("203.0.113.1"), pace(1), 5);
        assert!(!table.take(network("203.0.113.1"), pace(1), 5));
    }

    #[test]
    fn a_million_networks_do_not_forget_the_emptiest() {
        let table = RateTable::new();
        let busy = network("192.0.2.1");
        let deep = pace(1_000);
        while table.take(busy, deep, 5) {}
        for other in 0..1_000_000_u128 {
            let ip = IpAddr::V6(Ipv6Addr::from_bits(other << 80));
            let other = Prefix::all_of(ip).last().unwrap();
            assert!(table.take(other, deep, 5));
        }
        assert!(!table.take(busy, deep, 5), "its bucket is still empty");
    }
}
