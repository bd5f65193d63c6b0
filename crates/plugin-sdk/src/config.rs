//! The operator's `config` of a plugin.

use std::convert::Infallible;
use std::fmt::Display;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The configuration of a plugin that has none. Whoever writes one is told so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoConfig {}

/// Takes every configuration that could be read.
pub fn accept<C>(_: &C) -> Result<(), Infallible> {
    Ok(())
}

/// Reads a configuration and has it checked; `null` is as good as `{}`.
///
/// # Errors
///
/// What is wrong with it, for the operator.
pub fn read<C: DeserializeOwned, E: Display>(
    json: &[u8],
    check: impl FnOnce(&C) -> Result<(), E>,
) -> Result<C, String> {
    let json = match json.trim_ascii() {
        b"null" => b"{}",
        json => json,
    };
    let config = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    check(&config).map_err(|error| error.to_string())?;
    Ok(config)
}
