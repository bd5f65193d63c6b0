//! About whom a plugin is asked.

use anyhow::Context as _;
use hyrouter_files::read_text_input;
use hyrouter_plugin_api::{Backend, ConnectEvent, ConnectRequest};

use crate::cli::TargetArgs;

/// Longest request that is read, in bytes.
const MAX_LEN: usize = 16 << 20;

pub(crate) fn read(args: &TargetArgs) -> anyhow::Result<ConnectRequest> {
    let mut request = match &args.request {
        None => example(),
        Some(file) => {
            let text = read_text_input(file, MAX_LEN)?;
            serde_json::from_str(&text)
                .with_context(|| format!("{} is not a request", file.display()))?
        }
    };
    if let Some(name) = &args.username {
        request.event.username = Some(name.clone());
    }
    Ok(request)
}

fn example() -> ConnectRequest {
    let candidates = vec![
        Backend::new("10.0.0.1", 5520),
        Backend::new("10.0.0.2", 5520),
    ];
    ConnectRequest {
        event: ConnectEvent {
            sni: "play.example.com".to_owned(),
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
