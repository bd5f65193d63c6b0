//! A plugin that uses all of the SDK: a configuration that is checked, an error, and log lines of every level.

use hyrouter_plugin_sdk::serde::Deserialize;
use hyrouter_plugin_sdk::{
    ConnectRequest, ConnectResponse, debug, error, info, plugin, trace, warn,
};

plugin!(on_connect, config: Greeting, check: Greeting::check);

/// The operator's `config`.
#[derive(Debug, Deserialize)]
#[serde(crate = "hyrouter_plugin_sdk::serde", deny_unknown_fields, default)]
struct Greeting {
    text: String,
}

impl Default for Greeting {
    fn default() -> Self {
        Self {
            text: "hello".into(),
        }
    }
}

impl Greeting {
    fn check(&self) -> Result<(), &'static str> {
        if self.text.is_empty() {
            return Err("text: empty, nobody would be greeted");
        }
        Ok(())
    }
}

/// Greets by referral data. A player without a name is an error, and one called `panic` is what comes of a mistake.
fn on_connect(greeting: &Greeting, request: ConnectRequest) -> Result<ConnectResponse, String> {
    let name = request.event.username.ok_or("a player without a name")?;
    trace!("at trace: {name}");
    debug!("at debug: {name}");
    info!("at info: {name}");
    warn!("at warn: {name}");
    error!("at error: {name}");
    assert!(name != "panic", "a plugin's mistake");
    Ok(ConnectResponse {
        referral_data: Some(format!("{} {name}", greeting.text).into_bytes()),
        ..ConnectResponse::default()
    })
}
