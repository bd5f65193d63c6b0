//! Request that plugins get: about 600 bytes of JSON.

use hyrouter_plugin_api::{Backend, ConnectEvent, ConnectRequest};

pub(crate) fn request() -> ConnectRequest {
    let candidates: Vec<_> = (1..=3)
        .map(|n| Backend::new(format!("10.0.0.{n}"), 5520))
        .collect();
    ConnectRequest {
        event: ConnectEvent {
            sni: "play.example.com".to_owned(),
            protocol_hash: Some("0.6.1".to_owned()),
            client_type: Some(0),
            uuid: Some("5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f".to_owned()),
            username: Some("Alder".to_owned()),
            language: Some("en-US".to_owned()),
            identity_token_present: Some(true),
            alpn: Some("hytale/3".to_owned()),
            protocol_crc: Some(-1_356_075_132),
            protocol_build: Some(242),
            client_version: Some("0.6.1".to_owned()),
            remote_addr: Some("192.0.2.17:50123".to_owned()),
            route: Some("play".to_owned()),
            connection_id: Some("1234567".to_owned()),
            ..ConnectEvent::default()
        },
        strategy: "round_robin".to_owned(),
        backend: candidates.first().cloned(),
        candidates,
        selected_index: Some(0),
        referral_data: None,
    }
}
