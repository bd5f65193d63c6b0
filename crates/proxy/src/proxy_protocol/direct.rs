//! Clients that connect without a load balancer.

use std::collections::HashSet;
use std::mem;
use std::net::SocketAddr;
use std::time::Instant;

use super::flows::turns_due;

/// Maximum number of addresses per endpoint, in two generations: 1.1 MB in total. The table is separate from the flows:
/// any client can forge such addresses, and they must not evict a player behind a balancer.
const MAX_SOURCES: usize = 28_672;

/// Addresses of clients without a balancer, which are answered directly. Ages like flows.
#[derive(Debug)]
pub(super) struct Direct {
    young: HashSet<SocketAddr>,
    old: HashSet<SocketAddr>,
    turned: Instant,
    max: usize,
}

impl Direct {
    pub(super) fn new(now: Instant) -> Self {
        Self::bounded(MAX_SOURCES, now)
    }

    fn bounded(max: usize, now: Instant) -> Self {
        Self {
            young: HashSet::new(),
            old: HashSet::new(),
            turned: now,
            max,
        }
    }

    /// Records a datagram from this address.
    pub(super) fn hear(&mut self, source: SocketAddr, now: Instant) {
        self.age(now);
        if self.young.contains(&source) {
            return;
        }
        self.old.remove(&source);
        if self.young.len() >= self.max / 2 {
            self.turn(now);
        }
        self.young.insert(source);
    }

    /// Returns whether a datagram came from this address. An answer keeps the address known.
    pub(super) fn knows(&mut self, source: SocketAddr, now: Instant) -> bool {
        self.age(now);
        let known = self.young.contains(&source) || self.old.contains(&source);
        if known {
            self.hear(source, now);
        }
        known
    }

    fn age(&mut self, now: Instant) {
        for _ in 0..turns_due(self.turned, now) {
            self.turn(now);
        }
    }

    fn turn(&mut self, now: Instant) {
        self.turned = now;
        self.old = mem::take(&mut self.young);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn source(n: u32) -> SocketAddr {
        SocketAddr::from((n.to_be_bytes(), 4000))
    }

    #[test]
    fn sources_stay_known_while_they_are_answered_and_silent_ones_are_forgotten() {
        let mut now = Instant::now();
        let mut direct = Direct::new(now);
        direct.hear(source(1), now);
        direct.hear(source(2), now);
        for _ in 0..3 {
            now += Duration::from_mins(1);
            assert!(direct.knows(source(1), now));
        }
        assert!(!direct.knows(source(2), now));
        assert!(!direct.knows(source(3), now));
        assert!(!direct.knows(source(1), now + Duration::from_mins(2)));
    }

    #[test]
    fn the_table_is_bounded_and_keeps_those_that_are_used() {
        let now = Instant::now();
        let mut direct = Direct::bounded(100, now);
        direct.hear(source(1), now);
        for n in 2..10_000 {
            direct.hear(source(n), now);
            assert!(direct.young.len() + direct.old.len() <= 100);
            assert!(direct.knows(source(1), now));
        }
        assert!(direct.knows(source(9_999), now));
        assert!(!direct.knows(source(2), now));
    }
}
