//! JSON form of an explanation. The text form is made from it, so that a running router and a configuration are
//! explained alike.

use hyrouter_client::Hello;
use hyrouter_decision_log::as_micros;
use hyrouter_gateway::{
    Decision, DecisionExplanation, DecisionNote, IdentityResult, PluginReport, PluginsExplanation,
    TicketResult,
};
use hyrouter_protocol::{DisconnectForm, encode_disconnect, encode_referral};
use hyrouter_proxy::{Action, ConnectInfo};
use serde_json::{Value, json};

use crate::address;

/// Returns the report with the fields `player`, `routing` and its `text`, `allocation`, `plugins`, `plugins_left_out`,
/// `answer`.
pub(super) fn json(
    info: &ConnectInfo,
    hello: &Hello,
    explained: &DecisionExplanation,
    configured_plugins: usize,
    typed: Option<&str>,
) -> Value {
    let decision = &explained.decision;
    let (plugins, left_out) = match &explained.plugins {
        PluginsExplanation::Answers(reports) => (Some(reports), 0),
        PluginsExplanation::LeftOut => (None, configured_plugins),
        _ => (None, 0),
    };
    json!({
        "player": player(info, hello, Some(&decision.note), typed),
        "routing": explained.routing.as_ref().map(hyrouter_router::Explanation::to_json),
        "text": explained.routing.as_ref().map(ToString::to_string),
        "allocation": explained.allocation.as_ref().map(|allocation| {
            let providers = allocation.providers.iter().map(|name| &**name);
            json!({
                "providers": providers.collect::<Vec<_>>(),
                "turn": allocation.turn.as_str(),
            })
        }),
        "plugins": plugins.map(|reports| {
            reports.iter().map(plugin).collect::<Vec<_>>()
        }),
        "plugins_left_out": left_out,
        "answer": answer(info, decision),
    })
}

/// Returns the report about a player refused before `Connect`.
pub(super) fn refused_before_connect(
    info: &ConnectInfo,
    hello: &Hello,
    reason: &'static str,
    typed: Option<&str>,
) -> Value {
    json!({
        "player": player(info, hello, None, typed),
        "routing": null,
        "text": null,
        "allocation": null,
        "plugins": null,
        "plugins_left_out": 0,
        "answer": { "packet": null, "reason": reason },
    })
}

/// Describes the player. `typed` is the host name before its conversion to the form that clients send.
fn player(
    info: &ConnectInfo,
    hello: &Hello,
    note: Option<&DecisionNote>,
    typed: Option<&str>,
) -> Value {
    let peer = info.peer();
    let alpn = peer.alpn.as_deref().map(String::from_utf8_lossy);
    json!({
        "host": &*peer.host,
        "typed_host": typed,
        "generation": hello.generation.as_str(),
        "build": info.connect().build().number(),
        "alpn": alpn,
        "ip": peer.remote.ip().to_string(),
        "language": hello.language,
        "identity": note.and_then(|note| note.identity).map(IdentityResult::as_str),
        "ticket": note.and_then(|note| note.ticket).map(TicketResult::as_str),
    })
}

fn plugin(report: &PluginReport) -> Value {
    json!({
        "name": &*report.name,
        "verdict": report.verdict,
        "cached": report.cached,
        "detail": report.detail,
        "notes": report.notes,
        "took_us": as_micros(report.elapsed),
    })
}

fn answer(info: &ConnectInfo, decision: &Decision) -> Value {
    let Decision { answer, note, .. } = decision;
    let mut packet = Vec::new();
    let (kind, to, text, data, encoded) = match &answer.action {
        Action::Referral { host, port, data } => (
            Some("ClientReferral"),
            Some(address::backend(host, *port)),
            None,
            data.as_ref().map_or(0, Vec::len),
            encode_referral(host, *port, data.as_deref(), &mut packet),
        ),
        Action::Disconnect { reason } => {
            let alpn = info.peer().alpn.as_deref();
            let form = DisconnectForm::for_client(alpn, info.connect().build());
            let encoded = encode_disconnect(form, reason.as_deref(), &mut packet);
            (Some("Disconnect"), None, reason.clone(), 0, encoded)
        }
        _ => (None, None, None, 0, Ok(())),
    };
    json!({
        "packet": kind,
        "reason": answer.reason_code,
        "route": note.route.as_deref(),
        "to": to,
        "data_bytes": data,
        "text": text,
        "hex": encoded.is_ok().then(|| hex::encode(&packet)),
        "error": encoded.err().map(|error| error.to_string()),
    })
}
