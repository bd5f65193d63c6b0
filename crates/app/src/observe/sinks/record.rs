//! A decision as it is written down.

use std::time::SystemTime;

use hyrouter_decision_log::{Decision, Outcome};
use hyrouter_gateway::{DecisionNote, IdentityResult, TicketResult};
use hyrouter_proxy::{Action, ConnectInfo};

use crate::address;
use crate::observe::access_log::micros;
use crate::snapshot::Finished;

/// Without the player's name and UUID, as the log; with the client's address only where the operator asked for it.
pub(super) fn record(finished: &Finished<'_>, with_client_ip: bool) -> Decision {
    let (peer, note, times) = (finished.peer, finished.note(), finished.times);
    let connect = finished.info.map(ConnectInfo::connect);
    let (outcome, backend) = match finished.answer().map(|answer| &answer.action) {
        Some(Action::Referral { host, port, .. }) => {
            (Outcome::Referral, Some(address::backend(host, *port)))
        }
        Some(Action::Disconnect { .. }) => (Outcome::Disconnect, None),
        _ => (Outcome::Closed, None),
    };
    let number = peer.connection_id;
    let mut decision = Decision::new(SystemTime::now(), number, outcome, finished.reason_code());
    decision.host = peer.host.to_string();
    decision.route = note.and_then(|note| note.route.clone());
    decision.backend = backend;
    decision.plugins = note.and_then(DecisionNote::plugin_remarks).map(Into::into);
    decision.identity = note
        .and_then(|note| note.identity)
        .map(IdentityResult::as_str);
    decision.ticket = note.and_then(|note| note.ticket).map(TicketResult::as_str);
    decision.generation = connect.map(|connect| connect.generation.as_str());
    decision.build = connect.and_then(|connect| connect.build().number());
    decision.error = finished.error.map(ToString::to_string);
    let language = connect.and_then(|connect| connect.language);
    decision.language = language.map(ToOwned::to_owned);
    let alpn = peer.alpn.as_deref();
    decision.alpn = alpn.map(|alpn| String::from_utf8_lossy(alpn).into_owned());
    decision.handshake_us = micros(times.handshake);
    decision.connect_us = micros(times.connect);
    decision.decision_us = micros(times.decision);
    decision.total_us = micros(times.total);
    decision.client = with_client_ip.then(|| peer.remote.ip());
    decision
}
