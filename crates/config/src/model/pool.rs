use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Pool {
    /// How one of the candidates is taken; `round_robin` when absent. `least_loaded` and `p2c` need a `key`,
    /// `weighted` a weight on each backend.
    #[schemars(extend("enum" = ["round_robin", "random", "weighted", "least_loaded", "p2c"]))]
    pub(crate) strategy: Option<String>,
    /// The number that `least_loaded` and `p2c` compare, lower is better: `host`, `port`, `weight`, `label:<k>`,
    /// `annotation:<k>`, `counter:<k>`, or the name of a meta entry.
    #[schemars(extend("format" = "backend-key"))]
    pub(crate) key: Option<String>,
    /// How many distinct candidates `p2c` draws; 2 when absent or 0, and never more than there are.
    pub(crate) sample: Option<u32>,
    /// Order of the candidates, the first entry counts most. Stable; a candidate without the key comes last.
    pub(crate) sort: Vec<Sort>,
    /// At most so many candidates after sorting; 0 is no limit.
    pub(crate) limit: u32,
    /// Conditions that a candidate must meet, all of them.
    pub(crate) filters: Vec<Filter>,
    /// What is tried, in order, when no candidate is left. Each entry replaces the fields that it names and starts
    /// again from all candidates.
    pub(crate) fallback: Vec<Fallback>,
    /// The static backends.
    pub(crate) backends: Vec<Backend>,
    /// Backends from a discovery provider.
    pub(crate) discovery: Option<PoolDiscovery>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["key"]))]
pub(crate) struct Sort {
    /// The value to sort by, as `key` of a pool.
    #[schemars(extend("format" = "backend-key"))]
    pub(crate) key: String,
    /// Direction; `asc` when absent.
    #[schemars(extend("enum" = ["asc", "desc"]))]
    pub(crate) order: Option<String>,
    /// How values compare; `string` when absent. A text that is no decimal number counts as missing for `number`.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["string", "number"]))]
    pub(crate) kind: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["type"]))]
pub(crate) struct Filter {
    /// `compare`: the numbers `left` and `right` compare as `op` says. `whitelist`: `list_key` holds the player,
    /// unless `enabled_key` is off. `identity`: the player's identity is verified. `game_start_not_past`: the time
    /// at `key` is empty, -1 or in the future.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["compare", "whitelist", "identity", "game_start_not_past"]))]
    pub(crate) kind: Option<String>,
    /// Left number of `compare`, as `key` of a pool.
    #[schemars(extend("format" = "backend-key"))]
    pub(crate) left: Option<String>,
    /// Comparison of `compare`.
    #[schemars(extend("enum" = ["lt", "lte", "gt", "gte", "eq", "neq"]))]
    pub(crate) op: Option<String>,
    /// Right number of `compare`, as `key` of a pool.
    #[schemars(extend("format" = "backend-key"))]
    pub(crate) right: Option<String>,
    /// Switch of `whitelist`. The value here is on (`true`, `1`, `yes`, `on`) or off (`false`, `0`, `no`, `off`, empty or
    /// absent). With any other value no player passes.
    #[schemars(extend("format" = "backend-key"))]
    pub(crate) enabled_key: Option<String>,
    /// Who is on the `whitelist`: a JSON array of strings, or comma separated.
    #[schemars(extend("format" = "backend-key"))]
    pub(crate) list_key: Option<String>,
    /// What of the player the `whitelist` holds; `uuid` when absent.
    #[schemars(extend("enum" = ["uuid", "username"]))]
    pub(crate) subject: Option<String>,
    /// For `whitelist` whether the player must be verified, false when absent. For `identity` whether verified players
    /// pass or the others, true when absent.
    pub(crate) verified: Option<bool>,
    /// The time of `game_start_not_past`, in seconds or, from 10,000,000,000 on, in milliseconds since 1970.
    #[schemars(extend("format" = "backend-key"))]
    pub(crate) key: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fallback {
    /// Replaces `strategy` of the pool.
    #[schemars(extend("enum" = ["round_robin", "random", "weighted", "least_loaded", "p2c"]))]
    pub(crate) strategy: Option<String>,
    /// Replaces `key` of the pool.
    #[schemars(extend("format" = "backend-key"))]
    pub(crate) key: Option<String>,
    /// Replaces `sample` of the pool.
    pub(crate) sample: Option<u32>,
    /// Replaces `sort` of the pool.
    pub(crate) sort: Option<Vec<Sort>>,
    /// Replaces `limit` of the pool.
    pub(crate) limit: Option<u32>,
    /// Replaces `filters` of the pool; `[]` means none.
    pub(crate) filters: Option<Vec<Filter>>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["host", "port"]))]
pub(crate) struct Backend {
    /// Host name or IP address that the client connects to, as it stands in the referral: a name of ASCII letters, digits,
    /// `-`, `_` and `.` with at most 253 bytes and 63 between two dots, an IPv4 address of four decimal numbers, or an
    /// IPv6 address. Addresses that no machine has (`0.0.0.0`, `::`, multicast) are refused. In pools of routes `$1` to `$9` stand for what the first to the ninth `*` of the pattern took of the player's host name,
    /// before a domain in full: `$1.servers.example.com`.
    #[schemars(extend("format" = "host"))]
    pub(crate) host: String,
    /// UDP port.
    #[schemars(range(min = 1, max = 65535))]
    pub(crate) port: u16,
    /// Share of the players under `weighted`, where it must be greater than 0. In a pool that becomes `weighted` by
    /// a fallback 0 counts as 1.
    pub(crate) weight: u32,
    /// Facts about the backend for `key`, `sort` and `filters`: a map of texts.
    pub(crate) meta: BTreeMap<String, String>,
    /// Whether it gets no more players.
    pub(crate) drained: bool,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["provider"]))]
pub(crate) struct PoolDiscovery {
    /// Name of an entry of `discovery.providers`.
    #[schemars(length(min = 1))]
    pub(crate) provider: String,
    /// `union`: the discovered backends, then the static ones; `prefer`: the static ones only when nothing is
    /// discovered. `union` when absent.
    #[schemars(extend("enum" = ["union", "prefer"]))]
    pub(crate) mode: Option<String>,
}
