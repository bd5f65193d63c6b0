//! The request that a plugin is tried with.

use hyrouter_plugin_api::{Backend, ConnectRequest};

/// Returns a request about a player of whom nothing is known, with two candidates.
pub(crate) fn trial_request() -> ConnectRequest {
    let candidates = vec![
        Backend::new("10.0.0.1", 5520),
        Backend::new("10.0.0.2", 5520),
    ];
    ConnectRequest {
        strategy: "round_robin".to_owned(),
        backend: candidates.first().cloned(),
        candidates,
        selected_index: Some(0),
        ..ConnectRequest::default()
    }
}
