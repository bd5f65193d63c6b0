//! The request for a game server.

use std::collections::BTreeMap;

use hyrouter_discovery::Selector;
use hyrouter_router::SortOrder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text_form::{AsOptionalText, AsText, SelectorText, names};

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AllocationSection {
    /// Selectors of game servers. Agones tries them in order; the first that finds one counts. `selector.labels` of the
    /// provider applies too. Default: one for each entry of `state`.
    pub(crate) selectors: Vec<ServerSelection>,
    /// Order among the game servers that a selector finds, by free capacity. With `scheduling: packed` it decides within
    /// a node only.
    pub(crate) priorities: Vec<ServerPriority>,
    /// Choice of the node. `packed`: the node with most allocated game servers. `distributed`: any.
    #[serde(with = "AsText::<NodeScheduling>")]
    pub(crate) scheduling: NodeScheduling,
    /// Changes of counters of the game server, by name.
    pub(crate) counters: BTreeMap<String, CounterChange>,
    /// Changes of lists of the game server, by name.
    pub(crate) lists: BTreeMap<String, ListChange>,
    /// Labels and annotations that the game server gets.
    pub(crate) metadata: ServerMetadata,
}

impl Default for AllocationSection {
    fn default() -> Self {
        Self {
            selectors: Vec::new(),
            priorities: Vec::new(),
            scheduling: NodeScheduling::Packed,
            counters: BTreeMap::new(),
            lists: BTreeMap::new(),
            metadata: ServerMetadata::default(),
        }
    }
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ServerSelection {
    /// Kubernetes label selector, without `>` and `<`.
    #[serde(with = "AsOptionalText::<SelectorText>")]
    pub(crate) labels: Option<Selector>,
    /// State of the game server. `ready`: it waits for players. `allocated`: it was allocated before.
    #[serde(with = "AsText::<ServerState>")]
    pub(crate) state: ServerState,
    /// Counters that the game server must have, by name.
    pub(crate) counters: BTreeMap<String, CounterRange>,
    /// Lists that the game server must have, by name.
    pub(crate) lists: BTreeMap<String, ListRange>,
}

impl Default for ServerSelection {
    fn default() -> Self {
        Self {
            labels: None,
            state: ServerState::Ready,
            counters: BTreeMap::new(),
            lists: BTreeMap::new(),
        }
    }
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CounterRange {
    /// Minimum count.
    pub(crate) min_count: u32,
    /// Maximum count; 0 is no limit.
    pub(crate) max_count: u32,
    /// Minimum free capacity.
    pub(crate) min_available: u32,
    /// Maximum free capacity; 0 is no limit.
    pub(crate) max_available: u32,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ListRange {
    /// Value that the list must contain.
    pub(crate) contains_value: Option<String>,
    /// Minimum free capacity.
    pub(crate) min_available: u32,
    /// Maximum free capacity; 0 is no limit.
    pub(crate) max_available: u32,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["type", "key"]))]
pub(crate) struct ServerPriority {
    /// `counter` or `list`.
    #[serde(rename = "type", with = "AsOptionalText::<CapacityKind>")]
    pub(crate) kind: Option<CapacityKind>,
    /// Name of the counter or list.
    #[schemars(length(min = 1))]
    pub(crate) key: String,
    /// `asc`: least free capacity first. `desc`: most free capacity first.
    #[serde(with = "AsText::<SortOrder>")]
    pub(crate) order: SortOrder,
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CounterChange {
    /// Direction of the change.
    #[serde(with = "AsText::<CountDirection>")]
    pub(crate) action: CountDirection,
    /// Amount by which the count changes; 0 means none. The count stays between 0 and the capacity.
    pub(crate) amount: u32,
    /// New capacity. Default: the present one.
    pub(crate) capacity: Option<u32>,
}

impl Default for CounterChange {
    fn default() -> Self {
        Self {
            action: CountDirection::Increment,
            amount: 0,
            capacity: None,
        }
    }
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ListChange {
    /// Values to add.
    pub(crate) add_values: Vec<String>,
    /// Values to delete.
    pub(crate) delete_values: Vec<String>,
    /// New capacity. Default: the present one.
    #[schemars(range(max = 1000))]
    pub(crate) capacity: Option<u32>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ServerMetadata {
    /// Labels by name.
    pub(crate) labels: BTreeMap<String, String>,
    /// Annotations by name.
    pub(crate) annotations: BTreeMap<String, String>,
}

names! {
    /// State of a game server that can be allocated.
    pub(crate) enum ServerState {
        /// It waits for players.
        Ready = "ready",
        /// It was allocated before.
        Allocated = "allocated",
    }
}

names! {
    /// Kind of capacity.
    pub(crate) enum CapacityKind {
        /// A counter.
        Counter = "counter",
        /// A list.
        List = "list",
    }
}

names! {
    /// Choice of the node.
    pub(crate) enum NodeScheduling {
        /// The node with most allocated game servers.
        Packed = "packed",
        /// Any node.
        Distributed = "distributed",
    }
}

names! {
    /// Direction in which a count changes.
    pub(crate) enum CountDirection {
        /// Upwards.
        Increment = "increment",
        /// Downwards.
        Decrement = "decrement",
    }
}
