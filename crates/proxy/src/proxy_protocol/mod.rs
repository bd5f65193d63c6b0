//! The real addresses of clients behind a UDP load balancer, by PROXY protocol version 2.

mod flows;
mod header;
mod socket;

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use ipnet::IpNet;

use crate::networks::Networks;
use crate::status::ProxiedStatus;

pub(crate) use self::socket::ProxiedSocket;

/// Which load balancers are believed when they say whose datagrams they forward.
///
/// They put a PROXY header of version 2 in front of the first datagram of a flow, or of each. From a trusted source,
/// a datagram whose header is malformed, or that has none where none came before, is dropped: it would be taken for
/// the balancer's own. What others send is left as it is, and is no QUIC where it begins with a header.
///
/// Players must have no other way in than through a balancer, or one who sends from the address and port of another
/// who came through it gets answers sent there: let a firewall admit the balancers alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxyProtocol {
    /// Networks of load balancers. Where this is empty, nobody is believed and no datagram is looked into.
    pub trusted: Vec<IpNet>,
}

/// What all endpoints of one server know of the balancers.
#[derive(Debug)]
pub(crate) struct Balancers {
    trusted: Networks,
    flows: AtomicUsize,
    unknown: AtomicU64,
    malformed: AtomicU64,
}

impl Balancers {
    /// `None`: there are none.
    pub(crate) fn of(settings: &ProxyProtocol) -> Option<Self> {
        let trusted = Networks::of(&settings.trusted);
        (!trusted.is_empty()).then(|| Self {
            trusted,
            flows: AtomicUsize::new(0),
            unknown: AtomicU64::new(0),
            malformed: AtomicU64::new(0),
        })
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.trusted.contains(ip)
    }

    /// An endpoint that had `before` flows has `after` now.
    fn recount(&self, before: usize, after: usize) {
        if after >= before {
            self.flows.fetch_add(after - before, Ordering::Relaxed);
        } else {
            self.flows.fetch_sub(before - after, Ordering::Relaxed);
        }
    }

    pub(crate) fn status(&self) -> ProxiedStatus {
        ProxiedStatus {
            flows: self.flows.load(Ordering::Relaxed),
            unknown: self.unknown.load(Ordering::Relaxed),
            malformed: self.malformed.load(Ordering::Relaxed),
        }
    }
}
