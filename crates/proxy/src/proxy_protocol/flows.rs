//! Map of clients to ports of load balancers.

use std::collections::HashMap;
use std::mem;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Maximum number of flows per endpoint, in two generations: 9.6 MB in total. Each generation fills hash tables of
/// 32,768 places to 87.5 %, just below the load at which they would double.
const MAX_FLOWS: usize = 57_344;
/// A flow is forgotten after one to two times this duration without datagrams. QUIC closes idle connections earlier.
const IDLE: Duration = Duration::from_mins(1);
/// Time after a flow's last datagram during which a header that a client may have written cannot change its client.
const FRESH: Duration = Duration::from_secs(10);

/// A bounded two-way table in two generations. The young generation has all flows that were used since the last turn.
/// When it is full, or after [`IDLE`], it replaces the old generation, whose flows are forgotten.
#[derive(Debug)]
pub(super) struct Flows {
    young: Generation,
    old: Generation,
    turned: Instant,
    max: usize,
}

/// The two tables are inverses of each other.
#[derive(Debug, Default)]
struct Generation {
    flows: HashMap<SocketAddr, Flow>,
    balancers: HashMap<SocketAddr, SocketAddr>,
}

#[derive(Debug, Clone, Copy)]
struct Flow {
    client: SocketAddr,
    /// Time of the last accepted datagram. Answers do not count: they prove nothing about the client.
    heard: Instant,
}

impl Flow {
    fn is_fresh(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.heard) < FRESH
    }
}

impl Flows {
    /// Creates a table for the flows of `endpoints` endpoints. A power of two fills the hash tables best.
    pub(super) fn new(endpoints: usize, now: Instant) -> Self {
        Self::bounded(MAX_FLOWS * endpoints.next_power_of_two(), now)
    }

    fn bounded(max: usize, now: Instant) -> Self {
        Self {
            young: Generation::default(),
            old: Generation::default(),
            turned: now,
            max,
        }
    }

    /// Assigns datagrams from `balancer` to `client`.
    pub(super) fn learn(&mut self, balancer: SocketAddr, client: SocketAddr, now: Instant) {
        self.age(now);
        match self.young.flows.get_mut(&balancer) {
            Some(flow) if flow.client == client => flow.heard = now,
            _ => self.keep(balancer, Flow { client, heard: now }, now),
        }
    }

    /// Assigns datagrams from `balancer` to `client`. Returns `false` and changes nothing if that would take a fresh
    /// flow from its client, or the client from its fresh flow.
    pub(super) fn learn_unless_fresh(
        &mut self,
        balancer: SocketAddr,
        client: SocketAddr,
        now: Instant,
    ) -> bool {
        self.age(now);
        let takes_flow = self
            .flow(balancer)
            .is_some_and(|flow| flow.client != client && flow.is_fresh(now));
        let takes_client = self
            .balancer(client)
            .filter(|before| *before != balancer)
            .and_then(|before| self.flow(before))
            .is_some_and(|flow| flow.is_fresh(now));
        if takes_flow || takes_client {
            return false;
        }
        self.learn(balancer, client, now);
        true
    }

    /// Returns the client of the datagrams from this address.
    pub(super) fn client_of(&mut self, balancer: SocketAddr, now: Instant) -> Option<SocketAddr> {
        self.age(now);
        let client = self.flow(balancer)?.client;
        self.learn(balancer, client, now);
        Some(client)
    }

    /// Returns the address of the balancer for answers to `client`.
    pub(super) fn balancer_of(&mut self, client: SocketAddr, now: Instant) -> Option<SocketAddr> {
        self.age(now);
        if let Some(balancer) = self.young.balancers.get(&client) {
            return Some(*balancer);
        }
        let balancer = self.balancer(client)?;
        let flow = self.flow(balancer)?;
        self.keep(balancer, flow, now);
        Some(balancer)
    }

    pub(super) fn len(&self) -> usize {
        self.young.flows.len() + self.old.flows.len()
    }

    fn flow(&self, balancer: SocketAddr) -> Option<Flow> {
        let young = self.young.flows.get(&balancer);
        young.or_else(|| self.old.flows.get(&balancer)).copied()
    }

    fn balancer(&self, client: SocketAddr) -> Option<SocketAddr> {
        let young = self.young.balancers.get(&client);
        young.or_else(|| self.old.balancers.get(&client)).copied()
    }

    /// Inserts a flow into the young generation, and drops older entries of both sides.
    fn keep(&mut self, balancer: SocketAddr, flow: Flow, now: Instant) {
        self.old.forget(balancer, flow.client);
        self.young.forget(balancer, flow.client);
        if self.young.flows.len() >= self.max / 2 {
            self.turn(now);
        }
        self.young.flows.insert(balancer, flow);
        self.young.balancers.insert(flow.client, balancer);
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

impl Generation {
    /// Removes all entries of either address, in both directions.
    fn forget(&mut self, balancer: SocketAddr, client: SocketAddr) {
        if let Some(before) = self.flows.remove(&balancer) {
            self.balancers.remove(&before.client);
        }
        if let Some(before) = self.balancers.remove(&client) {
            self.flows.remove(&before);
        }
    }
}

/// Returns the number of generations since the last turn, at most 2: after two no flow is left.
pub(super) fn turns_due(turned: Instant, now: Instant) -> usize {
    let silent = now.saturating_duration_since(turned);
    usize::from(silent >= IDLE) + usize::from(silent >= 2 * IDLE)
}

#[cfg(test)]
mod tests;
