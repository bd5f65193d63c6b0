//! Text form of an explanation.

use std::fmt::Write as _;
use std::time::Duration;

use hyrouter_gateway::PluginNote;
use hyrouter_text::{Shown, shown};
use serde::Deserialize as _;
use serde_json::Value;

use crate::timestamp;

/// Returns the text of an explanation: several lines, without a final line break.
pub fn to_text(report: &Value) -> String {
    let mut text = String::new();
    let player = &report["player"];
    let _ = write!(
        text,
        "player of {}{} ({}), from {}",
        or(&player["host"], "no host"),
        labelled(", typed as ", &player["typed_host"]),
        [
            player["generation"].as_str().unwrap_or_default().to_owned(),
            labelled("build ", &player["build"]),
            labelled("", &player["alpn"]),
            labelled("", &player["language"]),
        ]
        .iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(", "),
        or(&player["ip"], "somewhere"),
    );
    for what in ["identity", "ticket"] {
        if let Some(code) = player[what].as_str() {
            let _ = write!(text, "\n{what}: {code}");
        }
    }
    if let Some(routing) = report["text"].as_str() {
        let _ = write!(text, "\n{}", routing.trim_end());
    }
    allocation(&report["allocation"], &mut text);
    plugins(report, &mut text);
    answer(&report["answer"], &mut text);
    text
}

fn allocation(allocation: &Value, text: &mut String) {
    let providers = allocation["providers"].as_array();
    for provider in providers.into_iter().flatten() {
        let turn = match allocation["turn"].as_str() {
            Some("first") => "before the candidates of the pool",
            _ => "since the pool's own policy leaves no candidate",
        };
        let _ = write!(
            text,
            "\nallocation: would allocate from provider {}, {turn}; the answer below is the one without it",
            or(provider, "?"),
        );
    }
}

fn plugins(report: &Value, text: &mut String) {
    let asked = report["plugins"].as_array();
    for plugin in asked.into_iter().flatten() {
        let _ = write!(
            text,
            "\nplugin {}: {}{}{} ({})",
            or(&plugin["name"], "?"),
            or(&plugin["verdict"], "?"),
            if plugin["cached"] == true {
                ", from the cache"
            } else {
                ""
            },
            labelled(": ", &plugin["detail"]),
            timestamp::span(Duration::from_micros(
                plugin["took_us"].as_u64().unwrap_or_default()
            )),
        );
        for note in plugin["notes"].as_array().into_iter().flatten() {
            if let Ok(note) = PluginNote::deserialize(note) {
                let _ = write!(text, "\n  {}", note.to_line());
            }
        }
    }
    match report["plugins_left_out"].as_u64() {
        None | Some(0) => {}
        Some(1) => text.push_str("\n1 plugin was not called; call it with --plugins"),
        Some(count) => {
            let _ = write!(
                text,
                "\n{count} plugins were not called; call them with --plugins"
            );
        }
    }
}

fn answer(answer: &Value, text: &mut String) {
    let reason = or(&answer["reason"], "?");
    let _ = match answer["packet"].as_str() {
        Some("ClientReferral") => write!(
            text,
            "\nanswer: ClientReferral to {}, {} bytes of data ({reason})",
            or(&answer["to"], "?"),
            answer["data_bytes"],
        ),
        Some(packet) => write!(
            text,
            "\nanswer: {packet} ({reason}){}",
            labelled(": ", &answer["text"])
        ),
        None => write!(text, "\nanswer: none, the connection is refused ({reason})"),
    };
    if let Some(error) = answer["error"].as_str() {
        let _ = write!(text, "\nthe packet cannot be sent: {}", shown(error));
    }
}

fn or<'v>(value: &'v Value, other: &'v str) -> Shown<&'v str> {
    let text = value.as_str().filter(|text| !text.is_empty());
    shown(text.unwrap_or(other))
}

/// Returns `words` and the value; an empty text without a value.
fn labelled(words: &str, value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => format!("{words}{}", shown(text).whole()),
        Value::Number(number) => format!("{words}{number}"),
        _ => String::new(),
    }
}
