//! Limits on the number of connections.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections, in total and by client address. Has at most one entry for each connection.
#[derive(Clone)]
pub(crate) struct ConnectionLimiter {
    all: usize,
    per_address: usize,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Slot of a connection. Dropping it frees the slot.
pub(crate) struct ConnectionSlot {
    limiter: ConnectionLimiter,
    address: IpAddr,
}

impl ConnectionLimiter {
    /// Creates a limiter of at most `all` connections, and at most `per_address` from one address.
    pub(crate) fn new(all: usize, per_address: usize) -> Self {
        Self {
            all,
            per_address,
            counts: Arc::default(),
        }
    }

    /// Returns a slot for one more connection from `address`, if one is free.
    pub(crate) fn enter(&self, address: IpAddr) -> Option<ConnectionSlot> {
        let address = network(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let here = counts.by_address.get(&address).copied().unwrap_or_default();
        if counts.all >= self.all || here >= self.per_address {
            return None;
        }
        counts.all += 1;
        counts.by_address.insert(address, here + 1);
        Some(ConnectionSlot {
            limiter: self.clone(),
            address,
        })
    }
}

/// Returns the addresses that count as one client: an IPv4 address, or an IPv6 /64 network, in which a client can
/// choose any address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    const HALF: u32 = 64;
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> HALF << HALF).into(),
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut counts = self
            .limiter
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(here) = counts.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                counts.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::limits::{CONNECTIONS, CONNECTIONS_PER_ADDRESS};

    #[test]
    fn an_ipv6_network_is_one_client() {
        let limiter = ConnectionLimiter::new(CONNECTIONS, CONNECTIONS_PER_ADDRESS);
        let held: Vec<_> = (0..CONNECTIONS_PER_ADDRESS)
            .map(|at| {
                limiter
                    .enter(format!("2001:db8::{at:x}").parse().unwrap())
                    .unwrap()
            })
            .collect();
        assert!(limiter.enter("2001:db8::ffff:1".parse().unwrap()).is_none());
        assert!(limiter.enter("2001:db8:0:1::1".parse().unwrap()).is_some());
        drop(held);
    }

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    #[test]
    fn one_address_cannot_take_all_slots() {
        let limiter = ConnectionLimiter::new(CONNECTIONS, CONNECTIONS_PER_ADDRESS);
        let slots: Vec<_> = (0..CONNECTIONS_PER_ADDRESS)
            .map(|_| limiter.enter(address(1)).unwrap())
            .collect();
        assert!(limiter.enter(address(1)).is_none());
        assert!(limiter.enter(address(2)).is_some());
        drop(slots);
        assert!(limiter.enter(address(1)).is_some());
    }

    #[test]
    fn slots_are_counted_and_freed() {
        let limiter = ConnectionLimiter::new(CONNECTIONS, CONNECTIONS_PER_ADDRESS);
        let mut slots = Vec::new();
        for last in 0..4 {
            for _ in 0..CONNECTIONS_PER_ADDRESS {
                slots.push(limiter.enter(address(last)).unwrap());
            }
        }
        assert_eq!(slots.len(), CONNECTIONS);
        assert!(limiter.enter(address(9)).is_none());
        slots.pop();
        slots.push(limiter.enter(address(9)).unwrap());
        drop(slots);
        let counts = limiter.counts.lock().unwrap();
        assert_eq!((counts.all, counts.by_address.len()), (0, 0));
    }
}
