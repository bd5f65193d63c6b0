//! The admission of new connections.

use std::net::IpAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use crate::admission_policy::AdmissionPolicy;
use crate::limits::{Limits, RetryMode};
use crate::permit::Permit;
use crate::pools::Pools;
use crate::rates::RateLimits;
use crate::refusal::{Refusal, RefusalCounters};

/// The counts of all endpoints of one server, and the limits for them. The limits may change at any time; the counts
/// stay.
#[derive(Debug)]
pub(crate) struct ConnectionAdmission {
    policy: ArcSwap<AdmissionPolicy>,
    pub(crate) rates: RateLimits,
    pools: Mutex<Pools>,
    pub(crate) admitted: AtomicU64,
    pub(crate) retries: AtomicU64,
    pub(crate) refused: RefusalCounters,
}

/// Verification status of a new client's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The client answered a Retry from this address.
    Proven,
    /// The address may be forged, to lock out its owner or to exhaust the pools.
    Unproven,
}

/// Decision on a new connection.
#[derive(Debug)]
pub(crate) enum AdmissionDecision {
    Admitted(Permit),
    /// The client must prove its address. This costs no state here and the client a round trip (RFC 9000, section
    /// 8.1.2).
    Retry,
    Refused(Refusal),
}

impl ConnectionAdmission {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            policy: ArcSwap::from_pointee(AdmissionPolicy::of(limits)),
            rates: RateLimits::new(),
            pools: Mutex::default(),
            admitted: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            refused: RefusalCounters::default(),
        })
    }

    /// Returns the current limits.
    pub(crate) fn policy(&self) -> Arc<AdmissionPolicy> {
        self.policy.load_full()
    }

    /// Replaces the limits. Admitted connections stay, even if they exceed the new limits.
    pub(crate) fn replace(&self, limits: Limits) {
        self.policy.store(Arc::new(AdmissionPolicy::of(limits)));
    }

    /// Decides on a new connection before anything is computed for it.
    pub(crate) fn admit(self: &Arc<Self>, ip: IpAddr, proof: Proof) -> AdmissionDecision {
        let policy = self.policy.load();
        if !policy.access.admits(ip) {
            return AdmissionDecision::Refused(Refusal::Denied);
        }
        let judged = match proof {
            Proof::Proven => self.judge_proven(ip, &policy),
            Proof::Unproven => self.judge_unproven(ip, &policy),
        };
        match (judged, proof) {
            (Ok(permit), _) => AdmissionDecision::Admitted(permit),
            (Err(_), Proof::Unproven) if policy.limits.retry != RetryMode::Never => {
                AdmissionDecision::Retry
            }
            (Err(refusal), _) => AdmissionDecision::Refused(refusal),
        }
    }

    fn judge_proven(
        self: &Arc<Self>,
        ip: IpAddr,
        policy: &AdmissionPolicy,
    ) -> Result<Permit, Refusal> {
        // Rate first: a client over its rate must not evict another connection.
        if !self.rates.take_proven(ip, policy) {
            return Err(Refusal::Rate);
        }
        self.enter(ip, Proof::Proven, policy)
    }

    fn judge_unproven(
        self: &Arc<Self>,
        ip: IpAddr,
        policy: &AdmissionPolicy,
    ) -> Result<Permit, Refusal> {
        let mut permit = self.enter(ip, Proof::Unproven, policy)?;
        if !self.rates.take_unproven(ip, policy) {
            return Err(Refusal::Rate);
        }
        permit.wait();
        Ok(permit)
    }

    fn enter(
        self: &Arc<Self>,
        ip: IpAddr,
        proof: Proof,
        policy: &AdmissionPolicy,
    ) -> Result<Permit, Refusal> {
        let (id, evicted) = self.pools().enter(ip, proof, policy)?;
        let proven = proof == Proof::Proven;
        Ok(Permit::new(Arc::clone(self), id, evicted, proven))
    }

    pub(crate) fn pools(&self) -> MutexGuard<'_, Pools> {
        // The pools are consistent after every call, and no call panics, so a poisoned lock is usable.
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
