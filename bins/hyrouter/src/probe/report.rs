//! Report of a probe, as text and as JSON.

use std::time::Duration;

use hyrouter_client::{ClientExchange, Ending, ExchangeOutcome};
use hyrouter_router::Address;
use hyrouter_text::shown;
use serde_json::{Value, json};

use crate::envelope;
use hyrouter_app::HostName;
use hyrouter_app::timestamp;

/// Hint for a handshake without any answer.
const NO_HANDSHAKE: &str = "hint: nothing answers on this UDP port; check that the router runs, that address and port are right, and that every firewall allows UDP";

pub(super) fn text(exchange: &ClientExchange, host: &HostName) -> String {
    let mut lines = Vec::new();
    if let Some(typed) = host.converted_from() {
        lines.push(format!("host {}, typed as {}", host.sent(), shown(typed)));
    }
    if let Some(handshake) = exchange.handshake {
        let alpn = exchange
            .alpn
            .as_deref()
            .map_or("no ALPN".into(), String::from_utf8_lossy);
        lines.push(format!(
            "connected in {} ({})",
            timestamp::span(handshake),
            shown(alpn)
        ));
    }
    let after = exchange.answer.map_or_else(String::new, |time| {
        format!(" after {}", timestamp::span(time))
    });
    match &exchange.outcome {
        ExchangeOutcome::Referral { host, port, data } => {
            let to = Address(host, *port);
            lines.push(format!("referral to {}{after}", shown(to)));
            lines.push(match data.as_deref() {
                None => "referral data: none".to_owned(),
                Some(data) => envelope::text(data)
                    .unwrap_or_else(|| format!("referral data: {}", envelope::content_text(data))),
            });
        }
        ExchangeOutcome::Disconnect { packet_id, reason } => {
            let reason = reason.as_deref().unwrap_or("(no text)");
            lines.push(format!(
                "disconnect (packet {packet_id}){after}: {}",
                shown(reason)
            ));
        }
        ExchangeOutcome::Other {
            packet_id,
            payload_len,
        } => {
            lines.push(format!(
                "packet {packet_id} of {payload_len} bytes{after}: not the answer of a router"
            ));
        }
        ExchangeOutcome::Unreadable { packet_id, error } => {
            lines.push(format!(
                "packet {packet_id}{after} cannot be decoded: {}",
                shown(error)
            ));
        }
        ExchangeOutcome::Ended(ending) => {
            lines.push(ending_text(ending));
            if exchange.handshake.is_none() && matches!(ending, Ending::NoAnswer { .. }) {
                lines.push(NO_HANDSHAKE.to_owned());
            }
        }
        other => lines.push(format!("{other:?}")),
    }
    lines.join("\n")
}

fn ending_text(ending: &Ending) -> String {
    let with = |reason: &str| {
        if reason.is_empty() {
            String::new()
        } else {
            format!(": {}", shown(reason))
        }
    };
    match ending {
        Ending::Application { code, reason } => {
            format!(
                "closed by the server, application code {code}{}",
                with(reason)
            )
        }
        Ending::Transport { code, reason } => {
            let alert = match code.checked_sub(0x100) {
                Some(alert @ 0..=0xff) => format!(" (TLS alert {alert})"),
                _ => String::new(),
            };
            format!(
                "closed by QUIC, transport code {code:#x}{alert}{}",
                with(reason)
            )
        }
        Ending::EndOfStream => "the server ended its stream without a packet".to_owned(),
        Ending::NoAnswer { waited } => format!("no answer within {}", timestamp::span(*waited)),
        Ending::Local(error) => format!("no connection: {}", shown(error)),
        other => format!("{other:?}"),
    }
}

pub(super) fn json(exchange: &ClientExchange, host: &HostName) -> Value {
    let mut object = match &exchange.outcome {
        ExchangeOutcome::Referral { host, port, data } => json!({
            "outcome": "referral",
            "host": host,
            "port": port,
            "data": data.as_deref().map(hex::encode),
            "envelope": data.as_deref().and_then(envelope::json),
        }),
        ExchangeOutcome::Disconnect { packet_id, reason } => {
            json!({ "outcome": "disconnect", "packet_id": packet_id, "reason": reason })
        }
        ExchangeOutcome::Other {
            packet_id,
            payload_len,
        } => {
            json!({ "outcome": "other_packet", "packet_id": packet_id, "payload_len": payload_len })
        }
        ExchangeOutcome::Unreadable { packet_id, error } => {
            json!({ "outcome": "unreadable", "packet_id": packet_id, "error": error })
        }
        ExchangeOutcome::Ended(ending) => ending_json(ending),
        other => json!({ "outcome": format!("{other:?}") }),
    };
    if let Value::Object(fields) = &mut object {
        let alpn = exchange.alpn.as_deref().map(String::from_utf8_lossy);
        fields.insert("sni".to_owned(), json!(host.sent()));
        fields.insert("alpn".to_owned(), json!(alpn));
        fields.insert(
            "handshake_us".to_owned(),
            json!(exchange.handshake.map(micros)),
        );
        fields.insert("answer_us".to_owned(), json!(exchange.answer.map(micros)));
    }
    object
}

fn ending_json(ending: &Ending) -> Value {
    match ending {
        Ending::Application { code, reason } => {
            json!({ "outcome": "closed", "by": "application", "code": code, "reason": reason })
        }
        Ending::Transport { code, reason } => {
            json!({ "outcome": "closed", "by": "transport", "code": code, "reason": reason })
        }
        Ending::EndOfStream => json!({ "outcome": "closed", "by": "end_of_stream" }),
        Ending::NoAnswer { waited } => {
            json!({ "outcome": "timeout", "waited_us": micros(*waited) })
        }
        Ending::Local(error) => json!({ "outcome": "failed", "error": error }),
        other => json!({ "outcome": format!("{other:?}") }),
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
