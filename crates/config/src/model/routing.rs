use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Pool;

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Routing {
    /// The pool when no route matches. Absent: such players get the `no_route` text.
    pub(crate) default: Option<Pool>,
    /// Closes the default pool, as `maintenance` of a route.
    pub(crate) default_maintenance: Option<Maintenance>,
    /// Routes in order; the first that matches wins.
    pub(crate) routes: Vec<Route>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["match", "pool"]))]
pub(crate) struct Route {
    /// Name in logs, metrics, referrals and commands, unique, at most 255 bytes and not `default`, which is the default
    /// pool's. Default: the first host name, and the other conditions: `play.example.com with verified true`. The second
    /// route of such a name ends in `~2`.
    #[schemars(length(min = 1))]
    pub(crate) name: Option<String>,
    /// Which players it takes.
    #[serde(rename = "match")]
    pub(crate) matching: Match,
    /// Where its players go.
    pub(crate) pool: Pool,
    /// Closes the route.
    pub(crate) maintenance: Option<Maintenance>,
}

/// While it is in force, players whom `allow` does not name are sent nowhere and read the text.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Maintenance {
    /// Whether it counts at all.
    pub(crate) enabled: bool,
    /// Text for players by language tag: the exact tag first (`pt-BR`), then the base language (`pt`), then `default`.
    /// Case does not count in tags, and `_` equals `-`. Where there is none, players read the `no_backends` text.
    pub(crate) text: BTreeMap<String, String>,
    /// When it begins: `2026-12-01T00:00:00Z`. Absent: it has begun.
    #[schemars(extend("format" = "timestamp"))]
    pub(crate) from: Option<String>,
    /// The first moment after it. Absent: it goes on.
    #[schemars(extend("format" = "timestamp"))]
    pub(crate) until: Option<String>,
    /// Who may enter all the same.
    pub(crate) allow: Allow,
}

impl Default for Maintenance {
    fn default() -> Self {
        Self {
            enabled: true,
            text: BTreeMap::new(),
            from: None,
            until: None,
            allow: Allow::default(),
        }
    }
}

/// Everybody whom one of the lists has.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Allow {
    /// Players by UUID.
    #[schemars(extend("items" = json!({"type": "string", "format": "uuid"})))]
    pub(crate) uuids: Vec<String>,
    /// Players by name. Case does not count.
    #[schemars(extend("items" = json!({"type": "string", "minLength": 1})))]
    pub(crate) usernames: Vec<String>,
    /// Networks that clients connect from, or single addresses.
    #[schemars(extend("items" = json!({"type": "string", "format": "network"})))]
    pub(crate) ips: Vec<String>,
    /// Whether `uuids` and `usernames` count of verified players only. Without it anybody who says such a name enters.
    pub(crate) verified: bool,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Match {
    /// Pattern of the host name that the player typed: `*` any run of characters, `?` one, `[a-z]` one of a set,
    /// `[^x]` one not in it, `\` takes the next character as it is. Case and a trailing dot do not count. Parts in
    /// Unicode match in the form that clients send: `münchen.example.com` is `xn--mnchen-3ya.example.com`. What no client
    /// can send is a mistake: an IP address, a scheme, a port, a path.
    #[schemars(extend("format" = "host-pattern"))]
    pub(crate) hostname: Option<String>,
    /// Several patterns, of which one must match. Takes the place of `hostname`. The entry `""` matches clients that
    /// sent no host name, since the player typed an address; `*` does not.
    #[schemars(extend("items" = json!({"type": "string", "format": "host-pattern"})))]
    pub(crate) hostnames: Vec<String>,
    /// Takes only players whom a server sent here with a ticket that a key of `referral.accept` signed; `{}` takes any.
    /// With this or one of the following host names may be absent, which takes every host.
    pub(crate) referral: Option<TicketMatch>,
    /// Takes only players whose identity is verified, or is not.
    pub(crate) identity: Option<IdentityMatch>,
    /// Networks of which the client's address is in one: `203.0.113.0/24`, `2001:db8::/32`, or a single address.
    #[schemars(extend("items" = json!({"type": "string", "format": "network"})))]
    pub(crate) ip: Vec<String>,
    /// Application protocols, one of which the handshake agreed on: `hytale/2`.
    #[schemars(extend("items" = json!({"type": "string", "minLength": 1})))]
    pub(crate) alpn: Vec<String>,
    /// Builds of the client's protocol: a number, or a range with both ends in it, of which one may be open: `242`,
    /// `100..120`, `208..`, `..53`. A client of g1 has none.
    #[schemars(extend("items" = json!({"type": "string", "format": "build-range"})))]
    pub(crate) build: Vec<String>,
    /// Generations of the client's protocol.
    #[schemars(extend("items" = json!({"type": "string", "enum": ["g1", "g2", "g3", "g4"]})))]
    pub(crate) generation: Vec<String>,
    /// Kinds of clients.
    #[schemars(extend("items" = json!({"type": "string", "enum": ["game", "editor"]})))]
    pub(crate) client_type: Vec<String>,
    /// Language tags. `pt` takes `pt-BR` too. Case does not count, and `_` equals `-`.
    #[schemars(extend("items" = json!({"type": "string", "minLength": 1})))]
    pub(crate) language: Vec<String>,
    /// Takes so many per cent of the players, always the same: by their UUID, else their name, else their address, and
    /// by the name of the route.
    #[schemars(range(max = 100))]
    pub(crate) percent: Option<u8>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["verified"]))]
pub(crate) struct IdentityMatch {
    /// Whether verified players are taken, or the others.
    pub(crate) verified: bool,
}

/// All that is given has to fit.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TicketMatch {
    /// Patterns as of host names, one of which the wished route matches.
    #[schemars(extend("items" = json!({"type": "string", "format": "text-pattern"})))]
    pub(crate) routes: Vec<String>,
    /// Patterns as of host names, one of which the ticket's own name for its server matches.
    #[schemars(extend("items" = json!({"type": "string", "format": "text-pattern"})))]
    pub(crate) sources: Vec<String>,
    /// Ids of keys of `referral.accept`, one of which signed the ticket.
    pub(crate) keys: Vec<u8>,
}
