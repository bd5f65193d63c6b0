//! The active limits, in the form that admission reads.

use crate::access::AccessList;
use crate::limits::{Limits, RetryMode};
use crate::pools::{PoolUsage, PooledResource, PrefixLevel};
use crate::rate::Pace;

/// Maximum number of unproven handshakes that wait in front of a proven one. 256 handshakes take one core 80 ms.
const MAX_QUEUE: usize = 256;

/// Number of remembered closed connections that is always allowed, about 35 MB.
const FEW: usize = 1_024;

/// [`Limits`] with everything that admission needs computed. Replaced as a whole when the limits change.
#[derive(Debug)]
pub(crate) struct AdmissionPolicy {
    pub(crate) limits: Limits,
    pub(crate) access: AccessList,
    pub(crate) global: Option<Pace>,
    /// Rate of an IPv4 /24 or an IPv6 /64.
    per_source: Option<Pace>,
    /// Rate of an IPv6 /48.
    per_network: Option<Pace>,
    /// Number of half-open handshakes of unproven addresses from which on new clients must prove theirs.
    pub(crate) crowd: usize,
    /// Number of such handshakes not yet begun from which on new clients must prove theirs.
    pub(crate) queue: usize,
    /// Maximum that all connections together may hold.
    pub(crate) capacity: PoolUsage,
    /// Connections that QUIC may remember, closed ones too, before clients with an unproven address are refused.
    pub(crate) max_remembered_unproven: usize,
}

impl AdmissionPolicy {
    pub(crate) fn of(limits: Limits) -> Self {
        let crowd = match limits.retry {
            RetryMode::Always => 0,
            // Independent of the setting, half of the places stay reserved for proven addresses.
            RetryMode::Adaptive => limits
                .retry_threshold
                .min(limits.max_half_open.div_ceil(2))
                .min(limits.max_connections.div_ceil(2)),
            RetryMode::Never => usize::MAX,
        };
        let queue = match limits.retry {
            RetryMode::Never => usize::MAX,
            RetryMode::Always | RetryMode::Adaptive => MAX_QUEUE,
        };
        let capacity = PoolUsage {
            half_open: limits.max_half_open,
            open: limits.max_connections,
            unread: limits.max_unread_bytes,
            remembered: limits.max_connections.saturating_mul(2).saturating_add(FEW),
        };
        Self {
            access: AccessList::of(&limits.access),
            global: Pace::of(limits.rate.global),
            per_source: Pace::of(limits.rate.of_source()),
            per_network: Pace::of(limits.rate.of_network()),
            crowd,
            queue,
            capacity,
            max_remembered_unproven: limits.max_connections.div_ceil(2).saturating_add(FEW),
            limits,
        }
    }

    /// Returns the rate of new connections of a prefix of this level; `None` if this level has no limit.
    pub(crate) fn pace(&self, level: PrefixLevel) -> Option<Pace> {
        match level {
            PrefixLevel::V4Network | PrefixLevel::V6Link => self.per_source,
            PrefixLevel::V6Network => self.per_network,
            PrefixLevel::V4Address | PrefixLevel::V6Site => None,
        }
    }

    /// Returns the maximum that a prefix of this level may hold of a pool with `total` taken: its part of the pool, or
    /// of twice the free amount if that is less. A few prefixes that take much then still leave room for others.
    pub(crate) fn share(&self, level: PrefixLevel, pool: PooledResource, total: usize) -> usize {
        let capacity = self.capacity.of(pool);
        let free = capacity.saturating_sub(total);
        let part = capacity
            .min(free.saturating_mul(2))
            .div_ceil(level.parts())
            .max(pool.least());
        if pool == PooledResource::Open && level.is_source() {
            part.min(self.limits.max_connections_per_source)
        } else {
            part
        }
    }
}
