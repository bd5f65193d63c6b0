//! The largest users of one pool.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::prefix::Prefix;

/// Networks and connections that use a pool, in the order of eviction.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    networks: BTreeSet<NetworkRank>,
    /// Connections by network: the largest first, among equals the oldest.
    connections: BTreeSet<(Prefix, Reverse<usize>, u64)>,
}

/// Amount that a network holds. Among equals, the network that has added nothing for longest is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NetworkRank {
    pub(super) held: usize,
    pub(super) added: Reverse<u64>,
    pub(super) network: Prefix,
}

impl Ranking {
    pub(super) fn stand(&mut self, before: NetworkRank, after: NetworkRank) {
        if before == after {
            return;
        }
        if before.held > 0 {
            self.networks.remove(&before);
        }
        if after.held > 0 {
            self.networks.insert(after);
        }
    }

    pub(super) fn hold(&mut self, network: Prefix, id: u64, before: usize, after: usize) {
        if before == after {
            return;
        }
        if before > 0 {
            self.connections.remove(&(network, Reverse(before), id));
        }
        if after > 0 {
            self.connections.insert((network, Reverse(after), id));
        }
    }

    /// Returns the usage of the largest network, and its first connection to evict.
    pub(super) fn first(&self) -> Option<(usize, u64)> {
        let top = self.networks.last()?;
        let from = (top.network, Reverse(usize::MAX), 0);
        let (_, _, id) = self.connections.range(from..).next()?;
        Some((top.held, *id))
    }

    /// Returns all entries without their times.
    #[cfg(test)]
    pub(super) fn summary(&self) -> Vec<(Prefix, usize, u64)> {
        let networks = self.networks.iter().map(|at| (at.network, at.held, 0));
        let connections = self.connections.iter();
        let connections = connections.map(|(network, held, id)| (*network, held.0, *id));
        let mut all: Vec<_> = networks.chain(connections).collect();
        all.sort_unstable();
        all
    }
}
