//! Settings of game servers of Agones. They are plain data and do not depend on the features of the crate.

use std::{collections::BTreeMap, fmt, path::PathBuf, time::Duration};

use crate::{MetadataSettings, ObjectSelector, PortSettings, Selector};

/// Game servers of Agones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgonesSettings {
    /// Path of a kubeconfig; none for the service account of the pod, else the default kubeconfig.
    pub kubeconfig: Option<PathBuf>,
    /// Namespaces to watch; empty for all. Allocations use the first.
    pub namespaces: Vec<String>,
    /// Use of game servers.
    pub mode: AgonesMode,
    /// States of game servers that are used. Case does not count. Empty for Ready.
    pub states: Vec<String>,
    /// Selector of game servers.
    pub selector: ObjectSelector,
    /// Labels and annotations that become facts of the backends.
    pub metadata: MetadataSettings,
    /// `true`: use the list of addresses, by preference. `false`: use the one address of the status.
    pub use_address_list: bool,
    /// Types of addresses in order of preference, such as `ExternalIP`.
    pub address_preference: Vec<String>,
    /// Port of the game.
    pub port: PortSettings,
}

/// Use of game servers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AgonesMode {
    /// They are listed.
    #[default]
    Observe,
    /// One is allocated per player.
    Allocate(Box<AllocationSettings>),
}

/// Allocation of game servers: what a request for one says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllocationSettings {
    /// Minimum time between two requests; zero for none.
    pub min_interval: Duration,
    /// Selectors of game servers, of which the first that finds one counts. The selector of the provider applies too.
    /// Empty: one for each of the provider's states.
    pub selectors: Vec<AllocationSelector>,
    /// Order among the game servers that a selector finds.
    pub priorities: Vec<AllocationPriority>,
    /// Choice of the node. Default: packed.
    pub scheduling: AllocationScheduling,
    /// Changes of counters of the game server, by name.
    pub counters: BTreeMap<String, CounterAction>,
    /// Changes of lists of the game server, by name.
    pub lists: BTreeMap<String, ListAction>,
    /// Labels that the game server gets.
    pub labels: BTreeMap<String, String>,
    /// Annotations that the game server gets.
    pub annotations: BTreeMap<String, String>,
}

/// Selector of game servers that can be allocated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllocationSelector {
    /// Selector of labels, without `>` and `<`, which Agones does not know.
    pub labels: Selector,
    /// State of the game server. Default: Ready.
    pub state: AllocatableState,
    /// Counters that the game server must have, by name, with their bounds.
    pub counters: BTreeMap<String, CounterBounds>,
    /// Lists that the game server must have, by name, with their bounds.
    pub lists: BTreeMap<String, ListBounds>,
}

/// State in which a game server can be allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AllocatableState {
    /// It waits for players.
    #[default]
    Ready,
    /// It has players already.
    Allocated,
}

impl AllocatableState {
    /// All values in their order.
    pub const ALL: &[Self] = &[Self::Ready, Self::Allocated];

    /// Returns the name in Agones.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Allocated => "Allocated",
        }
    }
}

impl fmt::Display for AllocatableState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Bounds of a counter. 0 is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CounterBounds {
    /// Lowest count.
    pub min_count: u32,
    /// Highest count.
    pub max_count: u32,
    /// Lowest free capacity.
    pub min_available: u32,
    /// Highest free capacity.
    pub max_available: u32,
}

/// Bounds of a list. 0 is no bound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListBounds {
    /// Value that must be in the list.
    pub contains_value: Option<String>,
    /// Lowest free capacity.
    pub min_available: u32,
    /// Highest free capacity.
    pub max_available: u32,
}

/// Order by the free capacity of a counter or list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationPriority {
    /// `true`: the key names a list. `false`: it names a counter.
    pub is_list: bool,
    /// Name of the counter or list.
    pub key: String,
    /// `true`: the emptiest first. `false`: the fullest first.
    pub descending: bool,
}

/// Choice of the node of a game server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AllocationScheduling {
    /// The node with most allocated game servers first; priorities decide within a node.
    #[default]
    Packed,
    /// Priorities decide; without them, chance.
    Distributed,
}

/// Change of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CounterAction {
    /// Amount by which the count changes, 0 for none. The count stays between 0 and the capacity.
    pub amount: i64,
    /// New capacity.
    pub capacity: Option<u32>,
}

/// Change of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListAction {
    /// Values to add. Duplicates are dropped.
    pub add_values: Vec<String>,
    /// Values to delete.
    pub delete_values: Vec<String>,
    /// New capacity.
    pub capacity: Option<u32>,
}
