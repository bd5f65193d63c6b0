//! Completeness of the pages.

use hyrouter_plugin_api::{
    Backend, ConnectEvent, ConnectRequest, ConnectResponse, Identity, PluginErrorCode, Referral,
    ReferralSource,
};
use serde_json::Value;

use super::page::text;

fn missing<'a>(page: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let page = text(page);
    let names = names.into_iter().map(|name| format!("`{name}`"));
    names.filter(|name| !page.contains(name.as_str())).collect()
}

/// The names of all fields, those of fields within them too.
fn names(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                into.push(name.clone());
                names(value, into);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| names(value, into)),
        _ => {}
    }
}

#[test]
fn every_field_of_the_json_is_told() {
    // Without `..`, so that a new field is met here.
    let event = ConnectEvent {
        sni: String::new(),
        client_cert_fingerprint: Some(String::new()),
        protocol_hash: Some(String::new()),
        client_type: Some(0),
        uuid: Some(String::new()),
        username: Some(String::new()),
        language: Some(String::new()),
        identity_token_present: Some(true),
        alpn: Some(String::new()),
        protocol_crc: Some(0),
        protocol_build: Some(0),
        client_version: Some(String::new()),
        referral_source: Some(ReferralSource {
            host: String::new(),
            port: 0,
        }),
        remote_addr: Some(String::new()),
        identity: Some(Identity {
            verified: true,
            subject: Some(String::new()),
            username: Some(String::new()),
            issuer: Some(String::new()),
            expires_at: Some(0),
        }),
        referral: Some(Referral {
            route: Some(String::new()),
            data: Some(Vec::new()),
            source: Some(String::new()),
            key_id: 0,
            hops: 0,
        }),
        route: Some(String::new()),
        connection_id: Some(String::new()),
    };
    let backend = Backend::new("a", 1);
    let request = ConnectRequest {
        event,
        strategy: String::new(),
        candidates: vec![backend.clone()],
        selected_index: None,
        backend: Some(backend.clone()),
        referral_data: Some(Vec::new()),
    };
    let response = ConnectResponse {
        deny: true,
        deny_reason: Some(String::new()),
        candidates: vec![backend.clone()],
        selected_index: Some(0),
        backend: Some(backend),
        referral_data: Some(Vec::new()),
        cache_ttl: Some(0),
        cache_key: Some(vec![String::new()]),
    };
    let mut fields = vec!["referral_content".to_owned()];
    names(&serde_json::to_value(request).unwrap(), &mut fields);
    names(&serde_json::to_value(response).unwrap(), &mut fields);
    assert!(fields.len() > 40, "{fields:?}");
    let fields = fields.iter().map(String::as_str);
    assert_eq!(
        missing("docs/plugin-reference.md", fields),
        Vec::<String>::new()
    );
}

#[test]
fn every_failure_is_told() {
    let codes = PluginErrorCode::ALL.map(PluginErrorCode::as_str);
    assert_eq!(
        missing("docs/plugin-reference.md", codes),
        Vec::<String>::new()
    );
}

/// The keys are those of the reference, which `cargo xtask docs --check` compares with the schema.
#[test]
fn every_key_of_a_plugin_is_told() {
    let reference = text("docs/configuration.md");
    let mut section = None;
    let mut keys = Vec::new();
    for line in reference.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = prefix(heading.trim_matches('`'));
        } else if let Some(prefix) = &section
            && let Some(row) = line.strip_prefix("| `")
            && let Some((key, rest)) = row.split_once('`')
            && !rest.starts_with(" | section")
        {
            keys.push(format!("{prefix}{key}"));
        }
    }
    assert!(keys.len() > 20, "{keys:?}");
    assert!(keys.iter().any(|key| key == "grpc.tls.domain"), "{keys:?}");
    let keys = keys.iter().map(String::as_str);
    assert_eq!(
        missing("docs/plugin-configuration.md", keys),
        Vec::<String>::new()
    );
}

/// Returns the prefix of a section's keys on the page, or `None` if the section is not about plugins.
fn prefix(section: &str) -> Option<String> {
    if section == "wasm" {
        return Some("wasm.".to_owned());
    }
    let within = section.strip_prefix("plugins[]")?;
    Some(match within.strip_prefix('.') {
        Some(within) => format!("{within}."),
        None => String::new(),
    })
}
