//! Which client is behind which port of a load balancer.

use std::collections::HashMap;
use std::mem;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Flows that one endpoint remembers at most, in two generations. Each fills hash tables of 32,768 places to seven
/// eighths, which is when they would double: 8.6 MB in all.
const MAX_FLOWS: usize = 57_344;
/// A flow that is silent for one to two times this long is forgotten; QUIC gives connections up before.
const IDLE: Duration = Duration::from_mins(1);

/// A two-way table that never grows beyond its bound. The younger generation has all that was used since the last
/// turn; when it is full or a while has passed it becomes the older one, and what is in that then is forgotten.
#[derive(Debug)]
pub(super) struct Flows {
    young: Generation,
    old: Generation,
    turned: Instant,
    max: usize,
}

#[derive(Debug, Default)]
struct Generation {
    clients: HashMap<SocketAddr, SocketAddr>,
    balancers: HashMap<SocketAddr, SocketAddr>,
}

impl Flows {
    pub(super) fn new(now: Instant) -> Self {
        Self::bounded(MAX_FLOWS, now)
    }

    fn bounded(max: usize, now: Instant) -> Self {
        Self {
            young: Generation::default(),
            old: Generation::default(),
            turned: now,
            max,
        }
    }

    /// Remembers that what comes from `balancer` is `client`'s from now on.
    pub(super) fn learn(&mut self, balancer: SocketAddr, client: SocketAddr, now: Instant) {
        if self.young.clients.get(&balancer) == Some(&client)
            && self.young.balancers.get(&client) == Some(&balancer)
        {
            return;
        }
        self.old.forget(balancer, client);
        self.young.forget(balancer, client);
        if self.young.clients.len() >= self.max / 2 {
            self.turn(now);
        }
        self.young.clients.insert(balancer, client);
        self.young.balancers.insert(client, balancer);
    }

    /// Whose datagrams come from there.
    pub(super) fn client_of(&mut self, balancer: SocketAddr, now: Instant) -> Option<SocketAddr> {
        if now.saturating_duration_since(self.turned) >= IDLE {
            self.turn(now);
        }
        if let Some(client) = self.young.clients.get(&balancer) {
            return Some(*client);
        }
        let client = *self.old.clients.get(&balancer)?;
        self.learn(balancer, client, now);
        Some(client)
    }

    /// Where answers for `client` go.
    pub(super) fn balancer_of(&self, client: SocketAddr) -> Option<SocketAddr> {
        let young = self.young.balancers.get(&client);
        young.or_else(|| self.old.balancers.get(&client)).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.young.clients.len() + self.old.clients.len()
    }

    fn turn(&mut self, now: Instant) {
        self.turned = now;
        self.old = mem::take(&mut self.young);
    }
}

impl Generation {
    /// Drops both directions of whatever is known of either.
    fn forget(&mut self, balancer: SocketAddr, client: SocketAddr) {
        if let Some(before) = self.clients.remove(&balancer) {
            self.balancers.remove(&before);
        }
        if let Some(before) = self.balancers.remove(&client) {
            self.clients.remove(&before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balancer(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 1], port))
    }

    fn client(n: u32) -> SocketAddr {
        SocketAddr::from((n.to_be_bytes(), 4000))
    }

    #[test]
    fn both_directions_are_known_and_a_reused_port_forgets_the_client_before() {
        let now = Instant::now();
        let mut flows = Flows::new(now);
        flows.learn(balancer(1), client(1), now);
        assert_eq!(flows.client_of(balancer(1), now), Some(client(1)));
        assert_eq!(flows.balancer_of(client(1)), Some(balancer(1)));
        assert_eq!(flows.client_of(balancer(2), now), None);

        flows.learn(balancer(1), client(2), now);
        assert_eq!(flows.client_of(balancer(1), now), Some(client(2)));
        assert_eq!(flows.balancer_of(client(1)), None);
        assert_eq!(flows.len(), 1);

        flows.learn(balancer(7), client(2), now);
        assert_eq!(flows.balancer_of(client(2)), Some(balancer(7)));
        assert_eq!(flows.len(), 1);
    }

    #[test]
    fn silent_flows_are_forgotten_and_busy_ones_are_not() {
        let mut now = Instant::now();
        let mut flows = Flows::new(now);
        flows.learn(balancer(1), client(1), now);
        flows.learn(balancer(2), client(2), now);
        for _ in 0..4 {
            now += IDLE;
            assert_eq!(flows.client_of(balancer(1), now), Some(client(1)));
        }
        assert_eq!(flows.client_of(balancer(2), now), None);
        assert_eq!(flows.balancer_of(client(2)), None);
        assert_eq!(flows.balancer_of(client(1)), Some(balancer(1)));
        assert_eq!(flows.len(), 1);
    }

    #[test]
    fn the_table_is_bounded_and_keeps_those_that_are_used() {
        let now = Instant::now();
        let mut flows = Flows::bounded(100, now);
        flows.learn(balancer(1), client(1), now);
        for n in 2..10_000 {
            flows.learn(balancer(n), client(n.into()), now);
            assert!(flows.len() <= 100);
            assert_eq!(flows.client_of(balancer(1), now), Some(client(1)));
        }
        assert_eq!(flows.balancer_of(client(9_999)), Some(balancer(9_999)));
        assert_eq!(flows.balancer_of(client(2)), None);
        assert_eq!(flows.young.clients.len(), flows.young.balancers.len());
        assert_eq!(flows.old.clients.len(), flows.old.balancers.len());
    }
}
