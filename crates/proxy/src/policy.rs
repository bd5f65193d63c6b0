//! The limits that are in force, ready to be asked.

use crate::access::AccessList;
use crate::limits::{Limits, RetryMode};
use crate::rate::Pace;

/// A proven newcomer stands in line behind so many forged ones at most: 256 handshakes take a core 80 ms.
const MAX_QUEUE: usize = 256;

/// Closed connections that are no matter, whatever the limits: 35 MB.
const FEW: usize = 1_024;

/// [`Limits`] with what newcomers are judged by made ready. Replaced as a whole when the limits change.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) limits: Limits,
    pub(crate) access: AccessList,
    pub(crate) global: Option<Pace>,
    pub(crate) per_source: Option<Pace>,
    /// So many half-open handshakes of unproven addresses make newcomers prove theirs.
    pub(crate) crowd: usize,
    /// And so many of them that have not been begun do as well.
    pub(crate) queue: usize,
    /// Connections that QUIC may remember, closed ones too, before nobody is let in any more.
    pub(crate) max_remembered: usize,
    /// And before nobody is let in whose address is not proven.
    pub(crate) max_remembered_unproven: usize,
}

impl Policy {
    pub(crate) fn of(limits: Limits) -> Self {
        let crowd = match limits.retry {
            RetryMode::Always => 0,
            // Whatever is set, forged addresses can not take the places of proven ones.
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
        Self {
            access: AccessList::of(&limits.access),
            global: Pace::of(limits.rate.global),
            per_source: Pace::of(limits.rate.per_source),
            crowd,
            queue,
            max_remembered: limits.max_connections.saturating_mul(2).saturating_add(FEW),
            max_remembered_unproven: limits.max_connections.div_ceil(2).saturating_add(FEW),
            limits,
        }
    }
}
