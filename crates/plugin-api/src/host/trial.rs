//! The request that a plugin is tried with.

use crate::{Backend, ConnectEvent, ConnectRequest};

/// Returns a request about an example player without a host name, with two candidates. A plugin may well refuse to
/// answer for players without a name.
pub fn trial_request() -> ConnectRequest {
    let candidates = vec![
        Backend::new("10.0.0.1", 5520),
        Backend::new("10.0.0.2", 5520),
    ];
    ConnectRequest {
        event: ConnectEvent {
            client_type: Some(0),
            uuid: Some("5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f".to_owned()),
            username: Some("Alder".to_owned()),
            language: Some("en-US".to_owned()),
            identity_token_present: Some(true),
            ..ConnectEvent::default()
        },
        strategy: "round_robin".to_owned(),
        backend: candidates.first().cloned(),
        candidates,
        selected_index: Some(0),
        referral_data: None,
    }
}
