//! About whom a plugin is asked.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use hyrouter_plugin_api::{Backend, ConnectEvent, ConnectRequest};

use crate::cli::TargetArgs;

/// Longest request that is read, in bytes.
const MAX_LEN: u64 = 16 << 20;

pub(crate) fn read(args: &TargetArgs) -> anyhow::Result<ConnectRequest> {
    let mut request = match &args.request {
        None => example(),
        Some(file) => {
            let text = text(file)?;
            serde_json::from_slice(&text)
                .with_context(|| format!("{} is not a request", file.display()))?
        }
    };
    if let Some(name) = &args.username {
        request.event.username = Some(name.clone());
    }
    Ok(request)
}

fn text(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(MAX_LEN).read_to_end(&mut text)
    } else {
        fs::File::open(file).and_then(|open| open.take(MAX_LEN).read_to_end(&mut text))
    };
    read.with_context(|| format!("reading {}", file.display()))?;
    Ok(text)
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
