//! Bodies of requests.

use std::time::Duration;

use hyrouter_router::Backend;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::PushRefusal;
use crate::DiscoveredBackend;
use crate::document::BackendEntry;

/// A backend to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    entry: BackendEntry,
    ttl: Option<Value>,
}

impl Registration {
    /// Reads a registration: one backend of the document, with the key `ttl` in seconds.
    ///
    /// # Errors
    /// The backend cannot be read. The error names the key, the value and the allowed values.
    pub fn from_json(mut body: Map<String, Value>) -> Result<Self, PushRefusal> {
        let ttl = body.remove("ttl");
        let entry = read(body)?;
        Ok(Self { entry, ttl })
    }

    /// Returns the backend under this id, and its lease.
    pub(super) fn checked(
        mut self,
        id: &str,
        max_lease: Duration,
    ) -> Result<(DiscoveredBackend, Duration), PushRefusal> {
        let invalid = |problem: String| PushRefusal::Invalid(problem);
        if let Some(other) = &self.entry.id
            && other != id
        {
            let problem =
                format!("id: {other:?} differs from {id:?} in the path; leave the key out");
            return Err(invalid(problem));
        }
        if id.chars().any(char::is_control) {
            return Err(invalid(format!(
                "id: {id:?} has a control character; allowed: printable characters"
            )));
        }
        let ttl = ttl(self.ttl.as_ref(), max_lease).map_err(invalid)?;
        self.entry.id = Some(id.to_owned());
        let found = self.entry.discovered();
        match found.problem() {
            Some(problem) => Err(invalid(problem)),
            None => Ok((found, ttl)),
        }
    }
}

fn ttl(given: Option<&Value>, max_lease: Duration) -> Result<Duration, String> {
    let Some(given) = given else {
        return Ok(max_lease);
    };
    let ttl = given.as_u64().map(Duration::from_secs);
    let is_allowed = |ttl: &Duration| !ttl.is_zero() && *ttl <= max_lease;
    ttl.filter(is_allowed).ok_or_else(|| {
        let most = max_lease.as_secs();
        format!("ttl: {given}; allowed: 1 to {most}, in whole seconds (`max_lease`)")
    })
}

/// Changes of a registered backend that come with the renewal of its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Heartbeat {
    /// Number of players on the backend; none to leave it.
    #[serde(default, deserialize_with = "given")]
    pub players: Option<u32>,
    /// Maximum number of players on the backend; none to leave it.
    #[serde(default, deserialize_with = "given")]
    pub max_players: Option<u32>,
    /// `true` if the backend gets no more players; none to leave it.
    #[serde(default, deserialize_with = "given")]
    pub drained: Option<bool>,
}

impl Heartbeat {
    /// Reads a heartbeat: an object with any of `players`, `max_players` and `drained`.
    ///
    /// # Errors
    /// The object has another key or value. The error names the key, the value and the allowed values.
    pub fn from_json(body: Map<String, Value>) -> Result<Self, PushRefusal> {
        read(body)
    }
}

impl Heartbeat {
    /// Returns the facts that it sets, as texts.
    fn facts(self) -> impl Iterator<Item = (&'static str, String)> {
        let numbers = [("players", self.players), ("max_players", self.max_players)];
        let given = numbers.into_iter();
        given.filter_map(|(name, number)| Some((name, number?.to_string())))
    }

    /// Returns whether it changes this backend.
    pub(super) fn changes(self, backend: &Backend) -> bool {
        self.drained
            .is_some_and(|drained| backend.drained != drained)
            || self
                .facts()
                .any(|(name, value)| backend.meta.get(name) != Some(&value))
    }

    /// Changes a backend.
    pub(super) fn apply(self, backend: &mut Backend) {
        backend.drained = self.drained.unwrap_or(backend.drained);
        for (name, value) in self.facts() {
            backend.meta.insert(name.to_owned(), value);
        }
    }
}

/// Reads a value that is present. `null` is not a value: it would read like one that removes the number.
fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn read<T: DeserializeOwned>(body: Map<String, Value>) -> Result<T, PushRefusal> {
    serde_path_to_error::deserialize(Value::Object(body)).map_err(|error| {
        let place = error.path().to_string();
        let text = error.inner().to_string();
        // serde names a missing or unknown key itself, and expects types of Rust.
        let is_unknown = text.starts_with("unknown field");
        let problem = match allowed(&place).filter(|_| !is_unknown) {
            Some(allowed) => {
                let found = text.split(", expected").next().unwrap_or_default();
                format!("{place}: {found}; allowed: {allowed}")
            }
            None => text,
        };
        PushRefusal::Invalid(problem)
    })
}

fn allowed(key: &str) -> Option<&'static str> {
    Some(match key {
        "id" | "host" => "a text",
        "port" => "1 to 65535",
        "weight" | "priority" | "players" | "max_players" => "0 to 4294967295",
        "drained" => "true or false",
        "meta" => "an object of texts",
        _ if key.starts_with("meta.") => "a text",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
