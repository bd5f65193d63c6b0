//! Requests and configurations for the tests of a handler.

use hyrouter_plugin_api::{Backend, ConnectEvent, ConnectRequest};
use serde::de::DeserializeOwned;

/// Returns a request for a player of this name, as the router makes it: two candidates, `10.0.0.1:5520` and
/// `10.0.0.2:5520`. The first is chosen.
///
/// ```
/// use hyrouter_plugin_sdk::testing;
///
/// let mut request = testing::request("Ann");
/// request.candidates[1].meta.insert("lobby".into(), "vip".into());
/// ```
pub fn request(username: &str) -> ConnectRequest {
    let candidates = ["10.0.0.1", "10.0.0.2"].map(|host| Backend {
        weight: 1,
        ..Backend::new(host, 5520)
    });
    ConnectRequest {
        event: ConnectEvent {
            sni: "play.example.com".into(),
            uuid: Some("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0".into()),
            username: Some(username.into()),
            client_type: Some(0),
            language: Some("en-US".into()),
            identity_token_present: Some(true),
            ..ConnectEvent::default()
        },
        strategy: "round_robin".into(),
        backend: candidates.first().cloned(),
        candidates: candidates.into(),
        selected_index: Some(0),
        referral_data: None,
    }
}

/// Reads an operator's `config` from JSON, as the plugin does.
///
/// # Errors
///
/// The text that the operator reads if the plugin refuses it.
pub fn config<C: DeserializeOwned>(json: &str) -> Result<C, String> {
    crate::config::read(json.as_bytes(), crate::config::accept)
}
