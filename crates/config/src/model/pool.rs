use std::borrow::Cow;
use std::collections::BTreeMap;

use hyrouter_discovery::Selector;
use hyrouter_router::{BackendKey, CompareOp, SortOrder, SortType, Strategy, WhitelistSubject};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::format::name;
use crate::text_form::{AsOptionalText, AsText, SelectorText, names};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Pool {
    /// Strategy that chooses one of the candidates. `least_loaded` and `p2c` need a `key`, `weighted` needs a weight on
    /// each backend.
    #[serde(with = "AsText::<Strategy>")]
    pub(crate) strategy: Strategy,
    /// Number that `least_loaded` and `p2c` compare; the lower one wins: `host`, `port`, `weight`, `label:<k>`,
    /// `annotation:<k>`, `counter:<k>`, or the name of a meta entry.
    #[serde(with = "AsOptionalText::<BackendKey>")]
    pub(crate) key: Option<BackendKey>,
    /// Number of distinct candidates that `p2c` draws, at most all. Default: 2; 0 means 2.
    pub(crate) sample: Option<u32>,
    /// Order of the candidates. The first entry has priority. The sort is stable; candidates without the key come last.
    pub(crate) sort: Vec<Sort>,
    /// Maximum number of candidates after sorting; 0 is no limit.
    pub(crate) limit: u32,
    /// Conditions on candidates. A candidate must meet all of them.
    pub(crate) filters: Vec<Filter>,
    /// Policies to try in order if no candidate is left. Each entry replaces the fields that it names and starts again
    /// from all candidates.
    pub(crate) fallback: Vec<Fallback>,
    /// Static backends.
    pub(crate) backends: Vec<Backend>,
    /// Backends from a discovery provider, or a list of such entries. The backends of the providers come in the order of
    /// the list. Of backends with the same host and port, the first counts.
    #[schemars(extend("x-list" = true))]
    pub(crate) discovery: Option<PoolDiscoveries>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["key"]))]
pub(crate) struct Sort {
    /// Value to sort by, as `key` of a pool.
    #[serde(with = "AsOptionalText::<BackendKey>")]
    pub(crate) key: Option<BackendKey>,
    /// Direction.
    #[serde(with = "AsText::<SortOrder>")]
    pub(crate) order: SortOrder,
    /// Comparison of values. For `number`, a text that is not a decimal number counts as missing.
    #[serde(rename = "type", with = "AsText::<SortType>")]
    pub(crate) kind: SortType,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["type"]))]
pub(crate) struct Filter {
    /// Type of the filter. `compare`: the numbers `left` and `right` compare by `op`. `whitelist`: the list at
    /// `list_key` contains the player, or `enabled_key` is off. `identity`: the player's identity is verified.
    /// `game_start_not_past`: the time at `key` is empty, -1 or in the future. `hostname`: the player's host name matches
    /// a pattern at `key`.
    #[serde(rename = "type", with = "AsOptionalText::<FilterType>")]
    pub(crate) kind: Option<FilterType>,
    /// Left number of `compare`, as `key` of a pool.
    #[serde(with = "AsOptionalText::<BackendKey>")]
    pub(crate) left: Option<BackendKey>,
    /// Comparison of `compare`.
    #[serde(with = "AsOptionalText::<CompareOp>")]
    pub(crate) op: Option<CompareOp>,
    /// Right number of `compare`, as `key` of a pool.
    #[serde(with = "AsOptionalText::<BackendKey>")]
    pub(crate) right: Option<BackendKey>,
    /// Switch of `whitelist`. Its value is on (`true`, `1`, `yes`, `on`) or off (`false`, `0`, `no`, `off`, empty or
    /// absent). With any other value no player passes.
    #[serde(with = "AsOptionalText::<BackendKey>")]
    pub(crate) enabled_key: Option<BackendKey>,
    /// Players of `whitelist`: a JSON array of strings, or texts separated by commas.
    #[serde(with = "AsOptionalText::<BackendKey>")]
    pub(crate) list_key: Option<BackendKey>,
    /// Attribute of players that `whitelist` contains. Default: `uuid`.
    #[serde(with = "AsOptionalText::<WhitelistSubject>")]
    pub(crate) subject: Option<WhitelistSubject>,
    /// With `whitelist`: whether the player must be verified; default false. With `identity`: whether verified players
    /// pass, or the others; default true.
    pub(crate) verified: Option<bool>,
    /// With `game_start_not_past`: the time, in seconds since 1970, or from 10,000,000,000 on in milliseconds since 1970.
    /// With `hostname`: host name patterns, as in `match.hostname`, separated by commas; default `hostname`.
    #[serde(with = "AsOptionalText::<BackendKey>")]
    pub(crate) key: Option<BackendKey>,
}

names! {
    /// Type of a filter.
    pub(crate) enum FilterType {
        /// Compares two numbers of the backend.
        Compare = "compare",
        /// Checks a list of the backend.
        Whitelist = "whitelist",
        /// Checks whether the player is verified.
        Identity = "identity",
        /// Checks a time of the backend.
        GameStartNotPast = "game_start_not_past",
        /// Compares the player's host name with patterns of the backend.
        Hostname = "hostname",
    }
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fallback {
    /// Replaces `strategy` of the pool.
    #[serde(with = "AsOptionalText::<Strategy>")]
    pub(crate) strategy: Option<Strategy>,
    /// Replaces `key` of the pool.
    #[serde(with = "AsOptionalText::<BackendKey>")]
    pub(crate) key: Option<BackendKey>,
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
    /// Host name or IP address in the referral, which the client connects to: a name of ASCII letters, digits, `-`, `_`
    /// and `.` with at most 253 bytes and at most 63 between two dots, an IPv4 address of four decimal numbers, or an
    /// IPv6 address. Addresses that no machine has (`0.0.0.0`, `::`, multicast) are errors. In pools of routes, `$1` to
    /// `$9` stand for the text that the first to the ninth `*` of the pattern matched in the player's host name. They
    /// must stand before a complete domain: `$1.servers.example.com`.
    #[schemars(extend("format" = name::HOST))]
    pub(crate) host: String,
    /// UDP port.
    #[schemars(range(min = 1, max = 65535))]
    pub(crate) port: u16,
    /// Share of the players under `weighted`. There it must be greater than 0; in a pool that becomes `weighted` by a
    /// fallback, 0 counts as 1.
    pub(crate) weight: u32,
    /// Data about the backend for `key`, `sort` and `filters`: a map of texts.
    pub(crate) meta: BTreeMap<String, String>,
    /// `true` sends no more players to the backend.
    pub(crate) drained: bool,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["provider"]))]
pub(crate) struct PoolDiscovery {
    /// Name of an entry of `discovery.providers`.
    #[schemars(length(min = 1))]
    pub(crate) provider: String,
    /// Use of static backends. `union`: the discovered backends, then the static ones. `prefer`: the static ones only
    /// if none is discovered. Default: `union`.
    #[serde(with = "AsOptionalText::<DiscoveryMode>")]
    pub(crate) mode: Option<DiscoveryMode>,
    /// Label expression that discovered backends must match, over their labels (`label.<k>`) and other meta entries:
    /// `a=b,c!=d,e in (x,y),f notin (z),g,!h`. Default: all backends of the provider.
    #[serde(with = "AsOptionalText::<SelectorText>")]
    pub(crate) selector: Option<Selector>,
    /// Not used, as in the original: `limit` of the pool applies.
    pub(crate) limit: Option<u32>,
    /// Not used, as in the original: `sort` of the pool applies.
    pub(crate) sort: Vec<Sort>,
}

/// The discovery of a pool: one entry, or a list of them.
#[derive(Default)]
pub(crate) struct PoolDiscoveries(pub(crate) Vec<PoolDiscovery>);

impl<'de> Deserialize<'de> for PoolDiscoveries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = match Value::deserialize(deserializer)? {
            Value::Array(entries) => entries,
            entry => vec![entry],
        };
        let entries = entries.into_iter().map(PoolDiscovery::deserialize);
        let entries: Result<_, _> = entries.collect();
        entries.map(Self).map_err(D::Error::custom)
    }
}

impl Serialize for PoolDiscoveries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The schema of one entry. `x-list` at the key marks that a list of them is allowed too.
impl JsonSchema for PoolDiscoveries {
    fn schema_name() -> Cow<'static, str> {
        PoolDiscovery::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        PoolDiscovery::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        PoolDiscovery::json_schema(generator)
    }
}

names! {
    /// Use of static backends beside discovered ones.
    pub enum DiscoveryMode {
        /// Both.
        Union = "union",
        /// The static ones only if nothing is discovered.
        Prefer = "prefer",
    }
}
