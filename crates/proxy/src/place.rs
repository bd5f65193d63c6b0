//! What one connection takes up.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::Limits;
use crate::gate::{Gate, Source, raise};
use crate::rate_table::Network;
use crate::refusal::Refusal;

/// One connection's place; given back on drop.
#[derive(Debug)]
pub(crate) struct Place {
    gate: Arc<Gate>,
    source: Option<Source>,
    half_open: bool,
    waiting: bool,
    /// Bytes of its first frame.
    unread: usize,
}

impl Place {
    /// Of one that is counted as half-open and unproven.
    pub(crate) fn new(gate: Arc<Gate>) -> Self {
        Self {
            gate,
            source: None,
            half_open: true,
            waiting: false,
            unread: 0,
        }
    }

    /// Counts this connection for its source, whose address must be proven by now.
    pub(crate) fn claim(&mut self, ip: IpAddr, limits: &Limits) -> Result<(), Refusal> {
        if self.source.is_some() {
            return Ok(());
        }
        let source = Source::of(ip);
        let mut sources = self.gate.sources();
        let held = sources.get(&source).copied().unwrap_or(0);
        if held >= limits.max_connections_per_source {
            return Err(Refusal::Source);
        }
        sources.insert(source, held + 1);
        drop(sources);
        self.source = Some(source);
        self.gate.unproven.fetch_sub(1, Ordering::AcqRel);
        Ok(())
    }

    /// The handshake is over, which proves the address.
    pub(crate) fn establish(&mut self, ip: IpAddr) -> Result<(), Refusal> {
        self.leave_half_open();
        let policy = self.gate.policy();
        if self.source.is_none() {
            self.gate.rates.charge_proven(Network::of(ip), &policy);
            self.claim(ip, &policy.limits)?;
        }
        Ok(())
    }

    /// Takes so many bytes more of the memory for first frames.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Refusal> {
        let max = self.gate.policy().limits.max_unread_bytes;
        if !raise(&self.gate.unread, bytes, max) {
            return Err(Refusal::Memory);
        }
        self.unread += bytes;
        Ok(())
    }

    /// Its handshake stands in line.
    pub(crate) fn wait(&mut self) {
        if !self.waiting {
            self.waiting = true;
            self.gate.waiting.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Its handshake is computed now.
    pub(crate) fn begin(&mut self) {
        if self.waiting {
            self.waiting = false;
            self.gate.waiting.fetch_sub(1, Ordering::AcqRel);
        }
    }

    fn leave_half_open(&mut self) {
        if self.half_open {
            self.half_open = false;
            self.gate.half_open.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.begin();
        self.leave_half_open();
        self.gate.unread.fetch_sub(self.unread, Ordering::AcqRel);
        if let Some(source) = self.source {
            let mut sources = self.gate.sources();
            if let Some(held) = sources.get_mut(&source) {
                *held -= 1;
                if *held == 0 {
                    sources.remove(&source);
                }
            }
        } else {
            self.gate.unproven.fetch_sub(1, Ordering::AcqRel);
        }
        self.gate.total.fetch_sub(1, Ordering::AcqRel);
    }
}
