//! Reasons for refusing connections, and their counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// The limit that a refused connection met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// [`Limits::max_connections`](crate::Limits::max_connections).
    Total,
    /// [`Limits::max_connections_per_source`](crate::Limits::max_connections_per_source).
    Source,
    /// [`Limits::max_half_open`](crate::Limits::max_half_open).
    HalfOpen,
    /// [`Limits::rate`](crate::Limits::rate).
    Rate,
    /// [`Limits::access`](crate::Limits::access).
    Denied,
    /// [`Limits::max_unread_bytes`](crate::Limits::max_unread_bytes). The only refusal after the handshake.
    Memory,
    /// The server is shutting down.
    Draining,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 7] = [
        Self::Total,
        Self::Source,
        Self::HalfOpen,
        Self::Rate,
        Self::Denied,
        Self::Memory,
        Self::Draining,
    ];

    /// Returns the stable reason code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Total => "limited_total",
            Self::Source => "limited_source",
            Self::HalfOpen => "limited_half_open",
            Self::Rate => "limited_rate",
            Self::Denied => "limited_denied",
            Self::Memory => "limited_memory",
            Self::Draining => "draining",
        }
    }
}

/// Numbers of connections that were refused since the server was bound, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RefusalCounts([u64; Refusal::ALL.len()]);

impl RefusalCounts {
    /// Returns the number of connections that met this limit.
    pub fn of(&self, refusal: Refusal) -> u64 {
        self.0.get(refusal as usize).copied().unwrap_or(0)
    }

    /// Returns the number of all refused connections.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns each reason with its count, zeros included.
    pub fn iter(&self) -> impl Iterator<Item = (Refusal, u64)> + '_ {
        Refusal::ALL.into_iter().zip(self.0)
    }
}

/// Counters behind [`RefusalCounts`].
#[derive(Debug, Default)]
pub(crate) struct RefusalCounters([AtomicU64; Refusal::ALL.len()]);

impl RefusalCounters {
    pub(crate) fn count(&self, refusal: Refusal) {
        if let Some(counter) = self.0.get(refusal as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) -> RefusalCounts {
        RefusalCounts(
            self.0
                .each_ref()
                .map(|counter| counter.load(Ordering::Relaxed)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_counted_apart() {
        let counters = RefusalCounters::default();
        for (times, refusal) in Refusal::ALL.into_iter().enumerate() {
            for _ in 0..times {
                counters.count(refusal);
            }
        }
        let counts = counters.read();
        for (times, refusal) in (0_u64..).zip(Refusal::ALL) {
            assert_eq!(counts.of(refusal), times, "{refusal:?}");
        }
        let pairs: Vec<_> = counts.iter().collect();
        assert_eq!(pairs, Refusal::ALL.into_iter().zip(0..).collect::<Vec<_>>());
        assert_eq!(counts.total(), 21);
    }
}
