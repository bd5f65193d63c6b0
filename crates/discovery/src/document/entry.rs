//! One backend of a document.

use std::collections::BTreeMap;

use hyrouter_router::{Address, Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::DiscoveredBackend;

/// Backends of a Hyrouter network.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "its fields are read by the schema alone: entries are read one by one"
)]
pub(super) struct Document {
    /// The backends. Their order is kept.
    pub(super) backends: Vec<BackendEntry>,
}

/// One backend of a document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BackendEntry {
    /// Name, unique within its provider. Default: `host:port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub id: Option<String>,
    /// Host name or IP address in the referral, which the client connects to.
    #[schemars(length(min = 1, max = 253))]
    pub host: String,
    /// UDP port.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// Share of the players under strategy `weighted`. 0, the default, counts as 1.
    #[serde(default)]
    pub weight: u32,
    /// Facts about the backend for `key`, `sort` and `filters`: at most 128, of at most 64 KiB in all.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 128))]
    pub meta: BTreeMap<String, String>,
    /// `true` sends no more players to the backend.
    #[serde(default)]
    pub drained: bool,
    /// Group for strategies that prefer backends; the lower one wins. It becomes the fact `priority`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// Number of players on the backend. It becomes the fact `players`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub players: Option<u32>,
    /// Maximum number of players on the backend. It becomes the fact `max_players`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_players: Option<u32>,
}

impl BackendEntry {
    /// Returns the entry of a backend. It is the reverse of [`discovered`](Self::discovered): the facts `priority`,
    /// `players` and `max_players` become numbers again.
    pub fn from_backend(id: &str, backend: &Backend) -> Self {
        let mut meta = backend.meta.clone();
        let mut number = |name: &str| {
            let number = meta.get(name)?.parse().ok()?;
            meta.remove(name);
            Some(number)
        };
        let (priority, players) = (number("priority"), number("players"));
        Self {
            id: Some(id.to_owned()),
            host: backend.host.clone(),
            port: backend.port,
            weight: backend.weight,
            priority,
            players,
            max_players: number("max_players"),
            meta,
            drained: backend.drained,
        }
    }

    /// Returns the backend of this entry. The numbers `priority`, `players` and `max_players` become facts of these names.
    pub fn discovered(self) -> DiscoveredBackend {
        let host = without_brackets(&self.host);
        let id = self
            .id
            .unwrap_or_else(|| Address(host, self.port).to_string());
        let mut meta = self.meta;
        let numbers = [
            ("priority", self.priority),
            ("players", self.players),
            ("max_players", self.max_players),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                meta.insert(name.to_owned(), number.to_string());
            }
        }
        let backend = Backend {
            weight: self.weight,
            meta,
            drained: self.drained,
            ..Backend::new(host, self.port)
        };
        DiscoveredBackend::new(id, backend)
    }
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}
