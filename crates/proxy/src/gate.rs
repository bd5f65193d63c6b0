//! Who may have a connection: counts in total and per source.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Limits;

/// The counts of all endpoints of one server.
#[derive(Debug)]
pub(crate) struct Gate {
    max_total: usize,
    max_per_source: usize,
    retry_threshold: usize,
    total: AtomicUsize,
    /// Of those, the ones whose address is not proven yet.
    unproven: AtomicUsize,
    sources: Mutex<HashMap<Source, usize>>,
}

/// What counts as one source: an IPv4 address, or the /64 that one IPv6 subscriber is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    V4(Ipv4Addr),
    V6(u64),
}

impl Source {
    pub(crate) fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(v4) => Self::V4(v4),
            IpAddr::V6(v6) => {
                // The first eight of sixteen bytes.
                Self::V6((v6.to_bits() >> 64) as u64)
            }
        }
    }
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            max_total: limits.max_connections,
            max_per_source: limits.max_connections_per_source,
            retry_threshold: limits.retry_threshold,
            total: AtomicUsize::new(0),
            unproven: AtomicUsize::new(0),
            sources: Mutex::new(HashMap::new()),
        })
    }

    /// A place among all connections, or `None` when all are taken.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<Place> {
        self.total
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |held| {
                (held < self.max_total).then_some(held + 1)
            })
            .ok()?;
        self.unproven.fetch_add(1, Ordering::AcqRel);
        Some(Place {
            gate: Arc::clone(self),
            source: None,
        })
    }

    /// Whether so many handshakes are half-open that newcomers have to prove their address first.
    pub(crate) fn is_crowded(&self) -> bool {
        self.unproven.load(Ordering::Acquire) >= self.retry_threshold
    }

    /// Whether `source` holds all that it may.
    pub(crate) fn is_full_for(&self, source: Source) -> bool {
        self.lock()
            .get(&source)
            .is_some_and(|held| *held >= self.max_per_source)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Source, usize>> {
        // The map is whole after every statement that holds the lock, so a poisoned one is sound.
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's place; given back on drop.
#[derive(Debug)]
pub(crate) struct Place {
    gate: Arc<Gate>,
    source: Option<Source>,
}

impl Place {
    /// Counts this connection for `source`, whose address must be proven by now. `false`: the
    /// source has all that it may hold.
    pub(crate) fn claim(&mut self, source: Source) -> bool {
        if self.source.is_some() {
            return true;
        }
        let mut sources = self.gate.lock();
        let held = sources.get(&source).copied().unwrap_or(0);
        if held >= self.gate.max_per_source {
            return false;
        }
        sources.insert(source, held + 1);
        drop(sources);
        self.source = Some(source);
        self.gate.unproven.fetch_sub(1, Ordering::AcqRel);
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(source) = self.source {
            let mut sources = self.gate.lock();
            if let Some(held) = sources.get_mut(&source) {
                *held -= 1;
                if *held == 0 {
                    sources.remove(&source);
                }
            }
        } else {
            self.gate.unproven.fetch_sub(1, Ordering::AcqRel);
        }
        self.gate.total.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(total: usize, per_source: usize) -> Arc<Gate> {
        Gate::new(&Limits {
            max_connections: total,
            max_connections_per_source: per_source,
            ..Limits::default()
        })
    }

    fn source(ip: &str) -> Source {
        Source::of(ip.parse().unwrap())
    }

    #[test]
    fn total_is_bounded_and_given_back() {
        let gate = gate(2, 9);
        let first = gate.enter().unwrap();
        let _second = gate.enter().unwrap();
        assert!(gate.enter().is_none());
        drop(first);
        assert!(gate.enter().is_some());
    }

    #[test]
    fn a_source_is_bounded_apart_from_others() {
        let gate = gate(9, 1);
        let mut first = gate.enter().unwrap();
        assert!(first.claim(source("192.0.2.1")));
        assert!(gate.is_full_for(source("192.0.2.1")));
        assert!(!gate.enter().unwrap().claim(source("192.0.2.1")));
        assert!(gate.enter().unwrap().claim(source("192.0.2.2")));
        drop(first);
        assert!(!gate.is_full_for(source("192.0.2.1")));
        assert!(
            gate.lock().is_empty(),
            "sources that hold nothing take no memory"
        );
    }

    #[test]
    fn half_open_handshakes_crowd_until_their_address_is_proven() {
        let gate = Gate::new(&Limits {
            retry_threshold: 2,
            ..Limits::default()
        });
        let mut first = gate.enter().unwrap();
        let second = gate.enter().unwrap();
        assert!(gate.is_crowded());
        assert!(first.claim(source("192.0.2.1")));
        assert!(!gate.is_crowded());
        let third = gate.enter().unwrap();
        assert!(gate.is_crowded());
        drop((second, third));
        assert!(!gate.is_crowded());
        drop(first);
        assert_eq!(gate.unproven.load(Ordering::Acquire), 0);
    }

    #[test]
    fn a_source_that_may_hold_nothing_takes_no_memory() {
        let gate = gate(9, 0);
        assert!(!gate.enter().unwrap().claim(source("192.0.2.1")));
        assert!(gate.lock().is_empty());
    }

    #[test]
    fn claiming_twice_counts_once() {
        let gate = gate(9, 2);
        let mut place = gate.enter().unwrap();
        assert!(place.claim(source("192.0.2.1")));
        assert!(place.claim(source("192.0.2.1")));
        assert!(!gate.is_full_for(source("192.0.2.1")));
    }

    #[test]
    fn sources_are_v4_addresses_and_v6_prefixes() {
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
        assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
        assert_eq!(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
    }
}
