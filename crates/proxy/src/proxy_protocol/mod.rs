//! The real addresses of clients behind a UDP load balancer, by PROXY protocol version 2.

mod direct;
mod flows;
mod header;
mod socket;

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ipnet::IpNet;

use self::flows::Flows;
use crate::networks::Networks;
use crate::status::ProxiedStatus;

pub(crate) use self::socket::ProxiedSocket;

/// Load balancers that are trusted to name the client of a forwarded datagram.
///
/// They put a PROXY header of version 2 in front of forwarded datagrams. From a trusted source, a datagram with a
/// malformed header or an unknown client is dropped: it would be taken for the balancer's own. Datagrams of others are
/// left as they are; one that begins with a header is not QUIC. An answer goes back the way that its client came. If
/// that way is not known any more, the answer is dropped, since it would show the server's own address.
///
/// Players must have no other way in than through a balancer. Otherwise a client that sends from the address and port
/// of a player behind a balancer causes answers to that player. Let a firewall admit the balancers alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxyProtocol {
    /// Networks of load balancers. If this is empty, no header is read.
    pub trusted: Vec<IpNet>,
    /// Datagrams of the load balancers that have a header.
    pub headers: ProxyHeaders,
}

impl ProxyProtocol {
    /// Balancers that put a header in front of the first datagram of each flow.
    pub fn first(trusted: Vec<IpNet>) -> Self {
        let headers = ProxyHeaders::First;
        Self { trusted, headers }
    }

    /// Balancers that put a header in front of every datagram.
    pub fn every(trusted: Vec<IpNet>) -> Self {
        let headers = ProxyHeaders::Every;
        Self { trusted, headers }
    }
}

/// The datagrams that have a header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProxyHeaders {
    /// At least the first of a flow. Later datagrams may begin with a header that the client wrote. A datagram with a
    /// header that names another client, or none, is therefore dropped within 10 seconds of the flow's last datagram,
    /// and no client is taken from another flow that had a datagram within that time. After such a silence a client can
    /// name any other: this mode is the weaker one.
    #[default]
    First,
    /// All. A datagram without a header is dropped, and only the balancer's own header is ever read.
    Every,
}

/// State of the balancers, shared by all endpoints of one server.
#[derive(Debug)]
pub(crate) struct Balancers {
    trusted: Networks,
    headers: ProxyHeaders,
    /// One table for all endpoints: the kernel may deliver two flows of one client to different endpoints.
    flows: Mutex<Flows>,
    unknown: AtomicU64,
    malformed: AtomicU64,
    unanswerable: AtomicU64,
}

impl Balancers {
    /// Creates the state; `None` without trusted networks.
    pub(crate) fn of(settings: &ProxyProtocol, endpoints: usize) -> Option<Self> {
        let trusted = Networks::of(&settings.trusted);
        (!trusted.is_empty()).then(|| Self {
            trusted,
            headers: settings.headers,
            flows: Mutex::new(Flows::new(endpoints, Instant::now())),
            unknown: AtomicU64::new(0),
            malformed: AtomicU64::new(0),
            unanswerable: AtomicU64::new(0),
        })
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.trusted.contains(ip)
    }

    fn flows(&self) -> MutexGuard<'_, Flows> {
        // Consistent after every statement under the lock, so a poisoned lock is usable.
        self.flows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn status(&self) -> ProxiedStatus {
        ProxiedStatus {
            flows: self.flows().len(),
            unknown: self.unknown.load(Ordering::Relaxed),
            malformed: self.malformed.load(Ordering::Relaxed),
            unanswerable: self.unanswerable.load(Ordering::Relaxed),
        }
    }
}
