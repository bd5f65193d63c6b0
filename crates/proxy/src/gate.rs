//! Who may have a connection: counts in total, half-open and per source.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use crate::limits::{Limits, RetryMode};
use crate::place::Place;
use crate::policy::Policy;
use crate::rate_table::Network;
use crate::rates::RateLimits;
use crate::refusal::{Refusal, RefusalCounters};

/// The counts of all endpoints of one server, and the limits that they are held against. The limits may change at any
/// time; the counts stay.
#[derive(Debug)]
pub(crate) struct Gate {
    policy: ArcSwap<Policy>,
    pub(crate) rates: RateLimits,
    pub(crate) total: AtomicUsize,
    /// Of those, the ones that are still shaking hands.
    pub(crate) half_open: AtomicUsize,
    /// Of those, the ones whose address is not proven.
    pub(crate) unproven: AtomicUsize,
    /// Of those, the ones whose handshake has not been begun.
    pub(crate) waiting: AtomicUsize,
    /// Bytes of first frames, whole or not.
    pub(crate) unread: AtomicUsize,
    pub(crate) admitted: AtomicU64,
    pub(crate) retries: AtomicU64,
    pub(crate) refused: RefusalCounters,
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

/// What is known of a newcomer's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It answered a Retry from there.
    Proven,
    /// Anybody can have written it: to shut its owner out, or to take all places.
    Unproven,
}

/// What is done with a newcomer.
#[derive(Debug)]
pub(crate) enum Admission {
    Admitted(Place),
    /// It has to prove its address, which costs no state here and the client a round trip (RFC 9000, section 8.1.2).
    Retry,
    Refused(Refusal),
}

impl Gate {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            policy: ArcSwap::from_pointee(Policy::of(limits)),
            rates: RateLimits::new(),
            total: AtomicUsize::new(0),
            half_open: AtomicUsize::new(0),
            unproven: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            unread: AtomicUsize::new(0),
            admitted: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            refused: RefusalCounters::default(),
            sources: Mutex::new(HashMap::new()),
        })
    }

    /// The limits of this moment.
    pub(crate) fn policy(&self) -> Arc<Policy> {
        self.policy.load_full()
    }

    /// Puts other limits in force. Those who are inside stay, also where they are too many now.
    pub(crate) fn replace(&self, limits: Limits) {
        self.policy.store(Arc::new(Policy::of(limits)));
    }

    /// What a newcomer gets because of all connections that QUIC remembers, `remembered` in all: closed ones are among
    /// them, which hold no place any more. How long one is remembered its client has a say in: three times what it may
    /// take to acknowledge something, 16 seconds if it says so (RFC 9000, sections 10.2 and 18.2).
    pub(crate) fn judge_remembered(&self, remembered: usize, proof: Proof) -> Option<Admission> {
        let policy = self.policy.load();
        if remembered >= policy.max_remembered {
            return Some(Admission::Refused(Refusal::Total));
        }
        let crowded = proof == Proof::Unproven && remembered >= policy.max_remembered_unproven;
        crowded.then(|| match policy.limits.retry {
            RetryMode::Never => Admission::Refused(Refusal::HalfOpen),
            RetryMode::Always | RetryMode::Adaptive => Admission::Retry,
        })
    }

    /// Decides what a newcomer gets before anything is computed for it.
    pub(crate) fn admit(self: &Arc<Self>, ip: IpAddr, proof: Proof) -> Admission {
        let policy = self.policy.load();
        if !policy.access.admits(ip) {
            return Admission::Refused(Refusal::Denied);
        }
        let judged = match proof {
            Proof::Proven => self.judge_proven(ip, &policy),
            Proof::Unproven => self.judge_unproven(ip, &policy),
        };
        match (judged, proof) {
            (Ok(place), _) => Admission::Admitted(place),
            (Err(Refusal::Total), _) => Admission::Refused(Refusal::Total),
            (Err(refusal), Proof::Unproven) if policy.limits.retry == RetryMode::Never => {
                Admission::Refused(refusal)
            }
            (Err(_), Proof::Unproven) => Admission::Retry,
            (Err(refusal), Proof::Proven) => Admission::Refused(refusal),
        }
    }

    fn judge_proven(self: &Arc<Self>, ip: IpAddr, policy: &Policy) -> Result<Place, Refusal> {
        if self.is_full_for(Source::of(ip), &policy.limits) {
            return Err(Refusal::Source);
        }
        let mut place = self.enter(&policy.limits)?;
        if !self.rates.take_proven(Network::of(ip), policy) {
            return Err(Refusal::Rate);
        }
        place.claim(ip, &policy.limits)?;
        Ok(place)
    }

    fn judge_unproven(self: &Arc<Self>, ip: IpAddr, policy: &Policy) -> Result<Place, Refusal> {
        if self.is_full_for(Source::of(ip), &policy.limits) {
            return Err(Refusal::Source);
        }
        let crowded = self.unproven.load(Ordering::Acquire) >= policy.crowd
            || self.waiting.load(Ordering::Acquire) >= policy.queue;
        if crowded {
            return Err(Refusal::HalfOpen);
        }
        let mut place = self.enter(&policy.limits)?;
        if !self.rates.take_unproven(Network::of(ip), policy) {
            return Err(Refusal::Rate);
        }
        place.wait();
        Ok(place)
    }

    /// A place among all connections, and among those that shake hands.
    pub(crate) fn enter(self: &Arc<Self>, limits: &Limits) -> Result<Place, Refusal> {
        if !raise(&self.half_open, 1, limits.max_half_open) {
            return Err(Refusal::HalfOpen);
        }
        if !raise(&self.total, 1, limits.max_connections) {
            self.half_open.fetch_sub(1, Ordering::AcqRel);
            return Err(Refusal::Total);
        }
        self.unproven.fetch_add(1, Ordering::AcqRel);
        Ok(Place::new(Arc::clone(self)))
    }

    /// Whether `source` holds all that it may.
    fn is_full_for(&self, source: Source, limits: &Limits) -> bool {
        self.sources()
            .get(&source)
            .is_some_and(|held| *held >= limits.max_connections_per_source)
    }

    pub(crate) fn sources(&self) -> MutexGuard<'_, HashMap<Source, usize>> {
        // The map is whole after every statement that holds the lock, so a poisoned one is sound.
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds to a count unless that takes it over `max`.
pub(crate) fn raise(count: &AtomicUsize, by: usize, max: usize) -> bool {
    count
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, |held| {
            held.checked_add(by).filter(|sum| *sum <= max)
        })
        .is_ok()
}

#[cfg(test)]
mod tests;
