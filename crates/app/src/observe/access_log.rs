//! One line a decision, and what else happens to connections.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyrouter_decision_log::{DecisionRecord, as_micros};
use hyrouter_gateway::DecisionNote;
use hyrouter_protocol::ClientBuild;
use hyrouter_proxy::{Event, Refusal};
use hyrouter_text::shown;
use tracing::field::{DisplayValue, display};

/// Minimum time in milliseconds between log lines about refused connections. They are counted and logged together: a
/// flood of connections must not flood the log.
const REFUSALS_EVERY_MS: u64 = 1_000;
/// Maximum number of builds that are remembered after a warning. A client can send any number.
const REMEMBERED_BUILDS: usize = 64;

#[derive(Debug)]
pub(crate) struct AccessLog {
    started: Instant,
    refusals: Refusals,
    warned_builds: Mutex<BTreeSet<i32>>,
}

impl AccessLog {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            refusals: Refusals::default(),
            warned_builds: Mutex::default(),
        }
    }

    pub(crate) fn event(&self, event: &Event<'_, DecisionNote>, log_client_ip: bool) {
        let shown = |remote| logged(remote, log_client_ip);
        match event {
            Event::Refused { remote, refusal } => {
                let remote = shown(remote);
                tracing::debug!(reason = refusal.as_str(), remote, "connection refused");
                self.refusals
                    .count(RefusalCause::Refused(*refusal), self.started.elapsed());
            }
            Event::HandshakeFailed { remote, error } => {
                let remote = shown(remote);
                tracing::debug!(error, remote, "handshake failed");
                self.refusals
                    .count(RefusalCause::Handshake, self.started.elapsed());
            }
            Event::Panicked => tracing::error!(
                reason = "panic",
                "task of a connection panicked; other connections continue"
            ),
            _ => {}
        }
    }

    /// Warns once of each build that is newer than any known one.
    pub(crate) fn unknown_protocol(&self, build: ClientBuild) {
        let ClientBuild::Number(number) = build else {
            return;
        };
        let mut warned = self
            .warned_builds
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if warned.len() < REMEMBERED_BUILDS && warned.insert(number) {
            tracing::warn!(
                build = number,
                reason = "unknown_protocol",
                "client build is newer than the known ones; its packets are read by the newest known layout"
            );
        }
    }
}

/// The client's address, if the operator lets it into the log.
fn logged(remote: &SocketAddr, log_client_ip: bool) -> Option<DisplayValue<&SocketAddr>> {
    log_client_ip.then_some(remote).map(display)
}

/// Writes the line of a finished connection, and another with the client's address where the operator lets it into the
/// log.
pub(crate) fn write_decision(record: &DecisionRecord<'_>, client: Option<SocketAddr>) {
    tracing::info!(
        connection = record.connection,
        outcome = record.outcome.as_str(),
        reason = record.reason,
        host = record.host,
        route = record.route,
        backend = record.backend.map(shown).map(display),
        plugins = record.plugins,
        identity = record.identity,
        ticket = record.ticket,
        generation = record.generation,
        build = record.build,
        error = record.error.map(shown).map(display),
        language = record.language,
        alpn = record.alpn,
        handshake_us = as_micros(record.handshake),
        connect_us = as_micros(record.connect),
        decision_us = as_micros(record.decision),
        "decision"
    );
    if let Some(remote) = client {
        tracing::debug!(connection = record.connection, %remote, "client");
    }
}

/// Reason why a connection gets no decision.
#[derive(Clone, Copy)]
enum RefusalCause {
    Refused(Refusal),
    Handshake,
}

/// Counts of refused connections since the last log line about them.
#[derive(Debug, Default)]
struct Refusals {
    total: AtomicU64,
    half_open: AtomicU64,
    source: AtomicU64,
    rate: AtomicU64,
    denied: AtomicU64,
    memory: AtomicU64,
    draining: AtomicU64,
    handshake: AtomicU64,
    /// Time of the last line, in milliseconds since the start; 0 for none.
    reported_at: AtomicU64,
}

impl Refusals {
    fn count(&self, turned: RefusalCause, now: Duration) {
        let counter = match turned {
            RefusalCause::Refused(Refusal::Total) => &self.total,
            RefusalCause::Refused(Refusal::HalfOpen) => &self.half_open,
            RefusalCause::Refused(Refusal::Source) => &self.source,
            RefusalCause::Refused(Refusal::Rate) => &self.rate,
            RefusalCause::Refused(Refusal::Denied) => &self.denied,
            RefusalCause::Refused(Refusal::Memory) => &self.memory,
            RefusalCause::Refused(_) => &self.draining,
            RefusalCause::Handshake => &self.handshake,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX).max(1);
        let reported_at = self.reported_at.load(Ordering::Relaxed);
        let due = reported_at == 0 || now.saturating_sub(reported_at) >= REFUSALS_EVERY_MS;
        let mine = due
            && self
                .reported_at
                .compare_exchange(reported_at, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if mine {
            let since = |counter: &AtomicU64| counter.swap(0, Ordering::Relaxed);
            tracing::info!(
                limited_total = since(&self.total),
                limited_half_open = since(&self.half_open),
                limited_source = since(&self.source),
                limited_rate = since(&self.rate),
                limited_denied = since(&self.denied),
                limited_memory = since(&self.memory),
                draining = since(&self.draining),
                handshake_failed = since(&self.handshake),
                "connections refused"
            );
        }
    }
}
