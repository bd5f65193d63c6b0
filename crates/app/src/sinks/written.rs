//! A decision as it is written down.

use std::time::SystemTime;

use hyrouter_decisions::{Decision, Outcome};
use hyrouter_proxy::{Action, ConnectInfo, Decided};

use crate::decision_log::micros;
use crate::names;

/// Without the player's name and UUID, as the log; with the client's address only where the operator asked for it.
pub(super) fn written(decided: &Decided<'_>, with_client_ip: bool) -> Decision {
    let (peer, answer, times) = (decided.peer, decided.answer, decided.times);
    let connect = decided.info.map(ConnectInfo::connect);
    let (outcome, backend) = match answer.map(|answer| &answer.action) {
        Some(Action::Referral { host, port, .. }) => {
            (Outcome::Referral, Some(names::backend(host, *port)))
        }
        Some(Action::Disconnect { .. }) => (Outcome::Disconnect, None),
        _ => (Outcome::Closed, None),
    };
    let number = peer.connection_id;
    let mut decision = Decision::new(SystemTime::now(), number, outcome, decided.reason_code);
    decision.host = peer.host.to_string();
    decision.route = answer.and_then(|answer| answer.route.clone());
    decision.backend = backend;
    decision.plugins = answer.and_then(|answer| answer.remarks.clone());
    decision.identity = answer.and_then(|answer| answer.identity);
    decision.ticket = answer.and_then(|answer| answer.ticket);
    decision.generation = connect.map(|connect| connect.generation.as_str());
    decision.build = connect.and_then(|connect| connect.build().number());
    decision.error = decided.error.map(ToString::to_string);
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
