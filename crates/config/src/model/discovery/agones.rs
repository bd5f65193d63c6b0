use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::allocation::AllocationSection;
use super::kubernetes::{Metadata, ObjectSelection, Port};
use crate::text_form::{AsOptionalText, GoDuration, names};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Agones {
    /// Path of a kubeconfig. Default: the service account of the pod, otherwise the default kubeconfig.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Namespaces to watch. Default: all. Allocations use the first.
    pub(crate) namespaces: Vec<String>,
    /// `observe` lists game servers. `allocate` requests one game server per player from Agones. Default: `observe`.
    #[serde(with = "AsOptionalText::<AgonesMode>")]
    pub(crate) mode: Option<AgonesMode>,
    /// Minimum time between two allocations.
    #[serde(with = "AsOptionalText::<GoDuration>")]
    pub(crate) allocate_min_interval: Option<Duration>,
    /// The request for a game server, with mode `allocate`.
    pub(crate) allocation: Option<AllocationSection>,
    /// States of game servers that are used. With mode `allocate`: Ready and Allocated, in order of preference. Default:
    /// Ready.
    pub(crate) state: Vec<String>,
    /// Selector of game servers.
    pub(crate) selector: Option<ObjectSelection>,
    /// Data that becomes meta of the backend.
    pub(crate) metadata: Metadata,
    /// Address of a game server.
    pub(crate) address: Option<Address>,
    /// Port of the game.
    pub(crate) port: Port,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Address {
    /// Field of the status: `address`, or one of `addresses`. Default: `address`.
    #[serde(with = "AsOptionalText::<AddressSource>")]
    pub(crate) source: Option<AddressSource>,
    /// Types of addresses in order of preference, such as `ExternalIP`.
    pub(crate) preference: Vec<String>,
}

names! {
    /// Use of game servers.
    pub(crate) enum AgonesMode {
        /// They are listed.
        Observe = "observe",
        /// One is allocated per player.
        Allocate = "allocate",
    }
}

names! {
    /// Field of a status that holds the address.
    pub(crate) enum AddressSource {
        /// `address`.
        Address = "address",
        /// One of `addresses`.
        Addresses = "addresses",
    }
}
