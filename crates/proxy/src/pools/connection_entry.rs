//! Accounting entry of one connection.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::Notify;

use super::usage::{PoolUsage, PooledResource};
use crate::connection_admission::Proof;

#[derive(Debug)]
pub(super) struct ConnectionEntry {
    pub(super) ip: IpAddr,
    pub(super) proof: Proof,
    pub(super) held: PoolUsage,
    /// `true` while its handshake waits for a turn.
    pub(super) waiting: bool,
    /// `true` while a task serves it.
    pub(super) served: bool,
    /// `true` while QUIC holds memory for it.
    pub(super) kept: bool,
    pub(super) evicted_from: Option<PooledResource>,
    evicted: Arc<Notify>,
}

impl ConnectionEntry {
    pub(super) fn new(ip: IpAddr, proof: Proof) -> Self {
        Self {
            ip,
            proof,
            held: PoolUsage::NOTHING,
            waiting: false,
            served: true,
            kept: false,
            evicted_from: None,
            evicted: Arc::new(Notify::new()),
        }
    }

    /// Returns the notification for its eviction.
    pub(super) fn evicted(&self) -> Arc<Notify> {
        Arc::clone(&self.evicted)
    }

    pub(super) fn evict(&mut self, pool: PooledResource) {
        self.evicted_from = Some(pool);
        self.evicted.notify_one();
    }
}
