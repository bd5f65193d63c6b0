//! The expected answer.

use hyrouter_plugin_api::{ConnectResponse, PluginErrorCode};
use serde_json::{Map, Value};

use super::error::CaseProblem;
use crate::data::to_base64;

/// Names of the keys of a response.
const RESPONSE: [&str; 8] = [
    "deny",
    "deny_reason",
    "candidates",
    "selected_index",
    "backend",
    "referral_data",
    "cache_ttl",
    "cache_key",
];
/// Names of the keys of a backend.
const BACKEND: [&str; 4] = ["host", "port", "weight", "meta"];

/// Expected answer of a case.
#[derive(Debug, Clone, Default)]
pub(super) struct Expectation {
    /// Part of the response.
    pub(super) response: Option<Value>,
    pub(super) effect: Option<ExpectedEffect>,
    pub(super) error: Option<ExpectedError>,
}

/// Expected effect on the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpectedEffect {
    Unchanged,
    Changed,
    Denied,
}

impl ExpectedEffect {
    pub(super) const ALL: [Self; 3] = [Self::Unchanged, Self::Changed, Self::Denied];

    /// Returns the name in files, which is that of the router's verdict.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Denied => "denied",
        }
    }
}

/// Expected failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpectedError {
    /// The call fails with this code.
    Code(PluginErrorCode),
    /// The plugin refuses its `config`.
    ConfigRefused,
}

impl ExpectedError {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let codes = PluginErrorCode::ALL.into_iter();
        // No code of a call that is not made.
        let codes = codes.filter(|code| !code.is_skip()).map(Self::Code);
        codes.chain([Self::ConfigRefused])
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Code(code) => code.as_str(),
            Self::ConfigRefused => "config_refused",
        }
    }
}

/// Checks the expected part of a response.
pub(super) fn check_response(response: &Map<String, Value>) -> Result<(), CaseProblem> {
    check_keys("response", response, &RESPONSE)?;
    if let Some(Value::Object(backend)) = response.get("backend") {
        check_keys("response.backend", backend, &BACKEND)?;
    }
    if let Some(Value::Array(list)) = response.get("candidates") {
        for (at, backend) in list.iter().enumerate() {
            if let Value::Object(backend) = backend {
                check_keys(&format!("response.candidates[{at}]"), backend, &BACKEND)?;
            }
        }
    }
    // The types of the values are those of a response.
    let mut whole = response.clone();
    if let Some(data @ (Value::Object(_) | Value::Array(_))) = whole.get_mut("referral_data") {
        *data = Value::String(to_base64(data.to_string().as_bytes()));
    }
    for (name, value) in whole {
        let one = Value::Object(Map::from_iter([(name.clone(), value)]));
        if let Err(error) = serde_json::from_value::<ConnectResponse>(one) {
            return Err(CaseProblem::new(format!("response.{name}"), error));
        }
    }
    Ok(())
}

/// Checks that an object has known keys only.
pub(super) fn check_keys(
    path: &str,
    object: &Map<String, Value>,
    known: &[&str],
) -> Result<(), CaseProblem> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(unknown_key(path, name, known)),
    }
}

/// Returns the problem of an unknown key.
pub(super) fn unknown_key(path: &str, name: &str, known: &[&str]) -> CaseProblem {
    let key = if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    };
    CaseProblem::new(
        key,
        format_args!("unknown key, allowed: {}", known.join(", ")),
    )
}

#[cfg(test)]
mod tests {
    use hyrouter_plugin_api::{Backend, ConnectResponse};
    use serde_json::json;

    use super::{BACKEND, RESPONSE};

    #[test]
    fn a_case_can_expect_each_field_of_a_response() {
        let backend = Backend::new("10.0.0.7", 5520);
        // Without a default, so that a new field must be added here.
        let response = ConnectResponse {
            deny: true,
            deny_reason: Some(String::new()),
            candidates: vec![backend.clone()],
            selected_index: Some(0),
            backend: Some(backend.clone()),
            referral_data: Some(Vec::new()),
            cache_ttl: Some(1),
            cache_key: Some(Vec::new()),
        };
        for (written, mut known) in [
            (json!(response), RESPONSE.to_vec()),
            (json!(backend), BACKEND.to_vec()),
        ] {
            let mut written: Vec<_> = written.as_object().unwrap().keys().collect();
            written.sort();
            known.sort_unstable();
            assert_eq!(written, known);
        }
    }
}
