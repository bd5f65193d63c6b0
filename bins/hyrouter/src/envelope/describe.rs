//! Contents of an envelope, without verification.

use std::fmt::Write as _;
use std::time::SystemTime;

use hyrouter_referral::v1::EnvelopeV1;
use hyrouter_referral::{Envelope, Statement};
use hyrouter_text::shown;
use serde_json::{Value, json};
use uuid::Uuid;

use hyrouter_app::timestamp;

/// An envelope of any version as a JSON object; `None` for other bytes.
pub(crate) fn json(bytes: &[u8]) -> Option<Value> {
    if let Ok(envelope) = Envelope::parse(bytes) {
        return Some(json_2(&envelope));
    }
    let envelope = EnvelopeV1::parse(bytes).ok()?;
    let content = envelope.content();
    Some(json!({
        "version": envelope.version(),
        "key_id": envelope.key_id(),
        "signed": envelope.is_signed(),
        "content": hex::encode(content),
        "content_text": std::str::from_utf8(content).ok(),
    }))
}

fn json_2(envelope: &Envelope<'_>) -> Value {
    let said = envelope.statement();
    json!({
        "version": envelope.version(),
        "kind": said.kind.as_str(),
        "key_id": envelope.key_id(),
        "signed": true,
        "algorithm": envelope.algorithm().as_str(),
        "hops": said.hops,
        "issued_at": timestamp::millis(said.issued_at),
        "expires_at": timestamp::millis(said.expires_at),
        "nonce": hex::encode(said.nonce),
        "player": player(said),
        "player_verified": said.verified,
        "certificate": said.certificate.map(hex::encode),
        "host": said.host,
        "port": said.port,
        "route": said.route,
        "source": said.source,
        "content": hex::encode(said.content),
        "content_text": std::str::from_utf8(said.content).ok(),
    })
}

/// Describes an envelope of any version in several lines of text; `None` for other bytes.
pub(crate) fn text(bytes: &[u8]) -> Option<String> {
    if let Ok(envelope) = Envelope::parse(bytes) {
        return Some(text_2(&envelope));
    }
    let envelope = EnvelopeV1::parse(bytes).ok()?;
    let signed = if envelope.is_signed() {
        "signed"
    } else {
        "unsigned"
    };
    Some(format!(
        "envelope: version {}, key {}, {signed}, {}",
        envelope.version(),
        envelope.key_id(),
        content(envelope.content())
    ))
}

fn text_2(envelope: &Envelope<'_>) -> String {
    let said = envelope.statement();
    let mut text = format!(
        "envelope: version 2, {}, key {}, {}, {}",
        said.kind,
        envelope.key_id(),
        envelope.algorithm(),
        content(said.content)
    );
    let unknown = || "unknown".to_owned();
    let verified = |player| {
        if said.verified {
            format!("{player}, verified")
        } else {
            format!("{player}, not verified")
        }
    };
    let lines = [
        ("for", target(said)),
        ("player", player(said).map_or_else(unknown, verified)),
        (
            "certificate",
            said.certificate.map_or_else(unknown, hex::encode),
        ),
        ("route", format!("{:?}", said.route)),
        ("source", format!("{:?}", said.source)),
        ("hops", said.hops.to_string()),
        (
            "valid",
            format!(
                "{} to {}",
                timestamp::text(said.issued_at),
                timestamp::text(said.expires_at)
            ),
        ),
    ];
    for (name, value) in lines {
        let _ = write!(text, "\n{name}: {value}");
    }
    if said.expires_at <= SystemTime::now() {
        text.push_str(" (expired)");
    }
    text
}

fn player(said: &Statement<'_>) -> Option<String> {
    said.player.map(|uuid| Uuid::from_bytes(uuid).to_string())
}

fn target(said: &Statement<'_>) -> String {
    let host = shown(said.host);
    match (said.host, said.port) {
        ("", 0) => "any".to_owned(),
        (_, 0) => format!("{host}, any port"),
        ("", port) => format!("any host, port {port}"),
        (name, port) if name.contains(':') => format!("[{host}]:{port}"),
        (_, port) => format!("{host}:{port}"),
    }
}

fn content(bytes: &[u8]) -> String {
    let shown = content_text(bytes);
    format!("{} bytes of content\ncontent: {shown}", bytes.len())
}

/// Returns printable text in quotes, and other bytes in hexadecimal.
pub(crate) fn content_text(bytes: &[u8]) -> String {
    let is_printable = |text: &&str| {
        !text
            .chars()
            .any(|c| c.is_control() && !"\n\r\t".contains(c))
    };
    match std::str::from_utf8(bytes).ok().filter(is_printable) {
        Some(text) => format!("{text:?}"),
        None => hex::encode(bytes),
    }
}
