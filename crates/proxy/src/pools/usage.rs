//! Usage of each pool by connections.

use hyrouter_protocol::MAX_CONNECT_PAYLOAD;

use crate::refusal::Refusal;

/// A resource that all connections of one server share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PooledResource {
    /// Handshakes that are not finished.
    HalfOpen,
    /// Connections, half-open ones included.
    Open,
    /// Bytes of first frames, whole or not.
    Unread,
    /// Connections that QUIC holds memory for: all open ones, and closed ones until it has forgotten them.
    Remembered,
}

impl PooledResource {
    pub(crate) const ALL: [Self; 4] = [Self::HalfOpen, Self::Open, Self::Unread, Self::Remembered];

    /// Returns the minimum share of a prefix: one client must get in.
    pub(crate) fn least(self) -> usize {
        match self {
            Self::HalfOpen | Self::Open | Self::Remembered => 1,
            Self::Unread => MAX_CONNECT_PAYLOAD,
        }
    }

    /// Returns the refusal of a connection that finds the pool full.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::HalfOpen => Refusal::HalfOpen,
            Self::Open | Self::Remembered => Refusal::Total,
            Self::Unread => Refusal::Memory,
        }
    }

    /// Returns whether a new connection takes the place of one that holds just as much. A half-open handshake ends in a
    /// few round trips or never, so the oldest is the likeliest to be given up anyway.
    pub(crate) fn evicts_equals(self) -> bool {
        self == Self::HalfOpen
    }
}

/// An amount in each pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PoolUsage {
    pub(crate) half_open: usize,
    pub(crate) open: usize,
    pub(crate) unread: usize,
    pub(crate) remembered: usize,
}

impl PoolUsage {
    pub(crate) const NOTHING: Self = Self {
        half_open: 0,
        open: 0,
        unread: 0,
        remembered: 0,
    };

    /// Usage of a new connection.
    pub(crate) const NEW_CONNECTION: Self = Self {
        half_open: 1,
        open: 1,
        unread: 0,
        remembered: 1,
    };

    pub(crate) fn of(self, pool: PooledResource) -> usize {
        match pool {
            PooledResource::HalfOpen => self.half_open,
            PooledResource::Open => self.open,
            PooledResource::Unread => self.unread,
            PooledResource::Remembered => self.remembered,
        }
    }

    /// Returns this usage with `before` replaced by `after`.
    pub(crate) fn with(self, before: Self, after: Self) -> Self {
        let of = |pool| {
            self.of(pool)
                .saturating_sub(before.of(pool))
                .saturating_add(after.of(pool))
        };
        Self {
            half_open: of(PooledResource::HalfOpen),
            open: of(PooledResource::Open),
            unread: of(PooledResource::Unread),
            remembered: of(PooledResource::Remembered),
        }
    }
}
