//! An explanation as machines read it. Text for people is made of the same, so that a router that runs is explained as
//! a configuration is.

use hyrouter_client::Hello;
use hyrouter_protocol::{ClientBuild, DisconnectForm, encode_disconnect, encode_referral};
use hyrouter_proxy::{Action, ConnectInfo};
use serde_json::{Value, json};

use crate::decision_log::micros;
use crate::names;
use crate::service::{Explained, PluginSaid};

/// Fields: `player`, `routing` and its `text`, `plugins`, `plugins_left_out`, `answer`.
pub(super) fn json(info: &ConnectInfo, hello: &Hello, explained: &Explained) -> Value {
    let peer = info.peer();
    let alpn = peer.alpn.as_deref().map(String::from_utf8_lossy);
    json!({
        "player": {
            "host": &*peer.host,
            "generation": hello.generation.as_str(),
            "build": match info.connect().build() {
                ClientBuild::Number(number) => Some(number),
                _ => None,
            },
            "alpn": alpn,
            "ip": peer.remote.ip().to_string(),
            "language": hello.language,
            "identity": explained.answer.identity,
            "ticket": explained.answer.ticket,
        },
        "routing": explained.routing.as_ref().map(hyrouter_router::Explanation::to_json),
        "text": explained.routing.as_ref().map(ToString::to_string),
        "plugins": explained.plugins.as_ref().map(|plugins| {
            plugins.iter().map(plugin).collect::<Vec<_>>()
        }),
        "plugins_left_out": explained.left_out,
        "answer": answer(info, explained),
    })
}

fn plugin(said: &PluginSaid) -> Value {
    json!({
        "name": &*said.name,
        "verdict": said.verdict,
        "detail": said.detail,
        "took_us": micros(said.took),
    })
}

fn answer(info: &ConnectInfo, explained: &Explained) -> Value {
    let answer = &explained.answer;
    let mut packet = Vec::new();
    let (mut shown, encoded) = match &answer.action {
        Action::Referral { host, port, data } => (
            json!({
                "packet": "ClientReferral",
                "to": names::backend(host, *port),
                "data_bytes": data.as_ref().map_or(0, Vec::len),
            }),
            encode_referral(host, *port, data.as_deref(), &mut packet),
        ),
        Action::Disconnect { reason } => {
            let form =
                DisconnectForm::for_client(info.peer().alpn.as_deref(), info.connect().build());
            (
                json!({ "packet": "Disconnect", "text": reason }),
                encode_disconnect(form, reason.as_deref(), &mut packet),
            )
        }
        _ => (json!({}), Ok(())),
    };
    shown["reason"] = answer.reason_code.into();
    shown["route"] = answer.route.as_deref().into();
    match encoded {
        Ok(()) => shown["hex"] = hex::encode(&packet).into(),
        Err(error) => shown["error"] = error.to_string().into(),
    }
    shown
}
