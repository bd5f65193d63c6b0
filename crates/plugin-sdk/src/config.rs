//! The operator's `config` of a plugin.

use std::convert::Infallible;
use std::fmt::Display;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Configuration of a plugin that has none. Any key is an error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoConfig {}

/// Accepts every configuration that could be read.
///
/// # Errors
///
/// None.
pub fn accept<C>(_: &C) -> Result<(), Infallible> {
    Ok(())
}

/// Reads a configuration and checks it. `null` counts as `{}`.
///
/// # Errors
///
/// The problem, as a text for the operator.
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
