//! The rates of new connections.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::admission_policy::AdmissionPolicy;
use crate::pools::Prefix;
use crate::rate::{Bucket, Pace};
use crate::rate_table::RateTable;

/// The buckets of one server. Proven and unproven addresses have separate buckets, so that forged addresses take
/// nothing from proven ones.
#[derive(Debug)]
pub(crate) struct RateLimits {
    began: Instant,
    proven: Buckets,
    unproven: Buckets,
}

#[derive(Debug)]
struct Buckets {
    global: Mutex<Bucket>,
    sources: RateTable,
}

impl RateLimits {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            proven: Buckets::new(),
            unproven: Buckets::new(),
        }
    }

    /// Takes a token for a client with a proven address. Returns `false` if the client is over its rate.
    pub(crate) fn take_proven(&self, ip: IpAddr, policy: &AdmissionPolicy) -> bool {
        self.proven.take(ip, policy, self.now())
    }

    /// Takes a token for a client with an address that may be forged. Returns `false` if the client is over its rate.
    pub(crate) fn take_unproven(&self, ip: IpAddr, policy: &AdmissionPolicy) -> bool {
        self.unproven.take(ip, policy, self.now())
    }

    /// Counts a client that was admitted unproven and has proven its address by its handshake.
    pub(crate) fn charge_proven(&self, ip: IpAddr, policy: &AdmissionPolicy) {
        let now = self.now();
        for (prefix, pace) in paced(ip, policy) {
            self.proven.sources.charge(prefix, pace, now);
        }
        if let Some(pace) = policy.global {
            self.proven.global().charge(pace, now);
        }
    }

    fn now(&self) -> u64 {
        // Does not overflow for 584 years.
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX / 2)
    }
}

impl Buckets {
    fn new() -> Self {
        Self {
            global: Mutex::new(Bucket::default()),
            sources: RateTable::new(),
        }
    }

    /// Takes from the source first: a source over its rate must not use up the global bucket.
    fn take(&self, ip: IpAddr, policy: &AdmissionPolicy, now: u64) -> bool {
        paced(ip, policy).all(|(prefix, pace)| self.sources.take(prefix, pace, now))
            && policy
                .global
                .is_none_or(|pace| self.global().take(pace, now))
    }

    fn global(&self) -> std::sync::MutexGuard<'_, Bucket> {
        // A bucket is one number, so a poisoned lock is usable.
        self.global.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the prefixes of an address that have a bucket, with its pace.
fn paced(ip: IpAddr, policy: &AdmissionPolicy) -> impl Iterator<Item = (Prefix, Pace)> {
    Prefix::all_of(ip).filter_map(|prefix| Some((prefix, policy.pace(prefix.level())?)))
}
