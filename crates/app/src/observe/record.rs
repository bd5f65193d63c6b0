//! The record of a finished connection.

use std::time::SystemTime;

use hyrouter_decision_log::{BackendAddress, DecisionOutcome, DecisionRecord, ErrorText};
use hyrouter_gateway::{IdentityResult, TicketResult};
use hyrouter_proxy::{Action, ConnectInfo};

use crate::snapshot::Finished;

/// Returns what logs, sinks, traces and metrics show of a connection that finished at that time, with remarks about
/// plugins. It borrows everything, so it costs nothing that is not wanted. The client's address is left out: sinks add it
/// if their operator asked for it.
pub(crate) fn record<'a>(
    finished: &Finished<'a>,
    plugins: Option<&'a str>,
    time: SystemTime,
) -> DecisionRecord<'a> {
    let (peer, note, times) = (finished.peer, finished.note(), finished.times);
    let connect = finished.info.map(ConnectInfo::connect);
    let (outcome, backend) = match finished.answer().map(|answer| &answer.action) {
        Some(Action::Referral { host, port, .. }) => {
            let backend = BackendAddress { host, port: *port };
            (DecisionOutcome::Referral, Some(backend))
        }
        Some(Action::Disconnect { .. }) => (DecisionOutcome::Disconnect, None),
        _ => (DecisionOutcome::Closed, None),
    };
    DecisionRecord {
        time,
        connection: peer.connection_id,
        outcome,
        reason: finished.reason_code(),
        host: &peer.host,
        route: note.and_then(|note| note.route.as_deref()),
        backend,
        plugins,
        identity: note
            .and_then(|note| note.identity)
            .map(IdentityResult::as_str),
        ticket: note.and_then(|note| note.ticket).map(TicketResult::as_str),
        generation: connect.map(|connect| connect.generation.as_str()),
        build: connect.and_then(|connect| connect.build().number()),
        error: finished.error.map(|error| ErrorText(error)),
        language: connect.and_then(|connect| connect.language),
        alpn: peer
            .alpn
            .as_deref()
            .and_then(|alpn| std::str::from_utf8(alpn).ok()),
        handshake: times.handshake,
        connect: times.connect,
        decision: times.decision,
        total: times.total,
        client: None,
    }
}
