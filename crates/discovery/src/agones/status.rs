//! The state of a game server, as an object has it and as the answer to an allocation has it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::cluster::null_as_default;

/// State, addresses, ports and load of a game server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ServerStatus {
    #[serde(deserialize_with = "null_as_default")]
    pub(super) state: String,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) node_name: String,
    /// The address that Agones prefers: a name of the node, else an address of it.
    #[serde(deserialize_with = "null_as_default")]
    pub(super) address: String,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) addresses: Vec<TypedAddress>,
    /// Ports of the node.
    #[serde(deserialize_with = "null_as_default")]
    pub(super) ports: Vec<HostPort>,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) counters: BTreeMap<String, ServerCounter>,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) lists: BTreeMap<String, ServerList>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(super) struct TypedAddress {
    #[serde(rename = "type", deserialize_with = "null_as_default")]
    pub(super) kind: String,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) address: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(super) struct HostPort {
    #[serde(deserialize_with = "null_as_default")]
    pub(super) name: String,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) port: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(super) struct ServerCounter {
    #[serde(deserialize_with = "null_as_default")]
    pub(super) count: i64,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) capacity: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(super) struct ServerList {
    #[serde(deserialize_with = "null_as_default")]
    pub(super) capacity: i64,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) values: Vec<String>,
}

/// The part of a specification that says which ports the game has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(super) struct ServerPorts {
    #[serde(deserialize_with = "null_as_default")]
    pub(super) ports: Vec<SpecPort>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SpecPort {
    #[serde(deserialize_with = "null_as_default")]
    pub(super) name: String,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) container_port: i64,
    /// `UDP` by default, `TCP` or `TCPUDP`.
    #[serde(deserialize_with = "null_as_default")]
    pub(super) protocol: String,
}

impl SpecPort {
    /// Returns whether the game's protocol can use it.
    pub(super) fn is_udp(&self) -> bool {
        self.protocol != "TCP"
    }
}
