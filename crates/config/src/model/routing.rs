use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::SystemTime;

use hyrouter_router::HostPattern;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::Pool;
use crate::format::name;
use crate::text_form::{AsOptionalText, AsTextList, BuildRangeText, TextPattern, names};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Routing {
    /// Pool for players that no route matches. Default: such players get the `no_route` text.
    pub(crate) default: Option<Pool>,
    /// Closes the default pool, as `maintenance` of a route.
    pub(crate) default_maintenance: Option<Maintenance>,
    /// Routes in order. The first that matches wins.
    pub(crate) routes: Vec<Route>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["match", "pool"]))]
pub(crate) struct Route {
    /// Name in logs, metrics, referrals and commands: unique, at most 255 bytes, not `default`, which is the name of
    /// the default pool. Default: the first host name and the other conditions, such as `play.example.com with verified
    /// true`. A second route with the same default name ends in `~2`.
    #[schemars(length(min = 1))]
    pub(crate) name: Option<String>,
    /// Conditions on players.
    #[serde(rename = "match")]
    pub(crate) matching: Match,
    /// Pool for the players of the route.
    pub(crate) pool: Pool,
    /// Closes the route.
    pub(crate) maintenance: Option<Maintenance>,
}

/// During a maintenance the router refuses players with `text`, except players in `allow`.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Maintenance {
    /// Switches the maintenance on.
    pub(crate) enabled: bool,
    /// Text for players by language tag. The router looks for the exact tag (`pt-BR`), then the base language (`pt`),
    /// then `default`. Tags are case-insensitive; `_` equals `-`. Players without a text get the `no_backends` text.
    pub(crate) text: BTreeMap<String, String>,
    /// Beginning, such as `2026-12-01T00:00:00Z`. Default: it has begun.
    #[serde(with = "AsOptionalText::<SystemTime>")]
    pub(crate) from: Option<SystemTime>,
    /// End, not included. Default: no end.
    #[serde(with = "AsOptionalText::<SystemTime>")]
    pub(crate) until: Option<SystemTime>,
    /// Players that may enter nevertheless.
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

/// Players that at least one of the lists contains.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Allow {
    /// Players by UUID.
    #[serde(with = "AsTextList::<Uuid>")]
    pub(crate) uuids: Vec<Uuid>,
    /// Players by name, case-insensitive.
    #[schemars(extend("items" = json!({"type": "string", "minLength": 1})))]
    pub(crate) usernames: Vec<String>,
    /// Networks or addresses that clients connect from.
    #[serde(with = "AsTextList::<IpNet>")]
    pub(crate) ips: Vec<IpNet>,
    /// Applies `uuids` and `usernames` to verified players only. Without it, any client can claim such a name and
    /// enter.
    pub(crate) verified: bool,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Match {
    /// Pattern of the host name that the player typed. `*` matches any number of characters, `?` one, `[a-z]` one of a
    /// set, `[^x]` one outside of it; `\` makes the next character literal. Case and a trailing dot are ignored.
    /// Unicode parts match in the form that clients send: `münchen.example.com` is `xn--mnchen-3ya.example.com`. A
    /// pattern that no client can send is an error: an IP address, a scheme, a port, a path.
    #[schemars(extend("format" = name::HOST_PATTERN))]
    pub(crate) hostname: Option<String>,
    /// Several patterns, at least one of which must match. Replaces `hostname`. The entry `""` matches clients that
    /// sent no host name, because the player typed an address; `*` does not match them.
    #[schemars(extend("items" = json!({"type": "string", "format": name::HOST_PATTERN})))]
    pub(crate) hostnames: Vec<String>,
    /// Matches only players that a server sent here with a ticket that a key of `referral.accept` signed; `{}` matches
    /// any such ticket. A route with this or another condition needs no host name; without one it matches every host.
    pub(crate) referral: Option<TicketMatch>,
    /// Matches only players whose identity is verified, or only the others.
    pub(crate) identity: Option<IdentityMatch>,
    /// Networks or addresses, one of which contains the client's address: `203.0.113.0/24`, `2001:db8::/32`.
    #[serde(with = "AsTextList::<IpNet>")]
    pub(crate) ip: Vec<IpNet>,
    /// Application protocols, one of which the handshake selected: `hytale/2`.
    #[schemars(extend("items" = json!({"type": "string", "minLength": 1})))]
    pub(crate) alpn: Vec<String>,
    /// Builds of the client's protocol: a number, or a range that includes both ends, one of which may be open: `242`,
    /// `100..120`, `208..`, `..53`. A client of generation g1 has no build.
    #[serde(with = "AsTextList::<BuildRangeText>")]
    pub(crate) build: Vec<RangeInclusive<i32>>,
    /// Generations of the client's protocol.
    #[serde(with = "AsTextList::<Generation>")]
    pub(crate) generation: Vec<Generation>,
    /// Kinds of clients.
    #[serde(with = "AsTextList::<ClientType>")]
    pub(crate) client_type: Vec<ClientType>,
    /// Language tags, case-insensitive; `_` equals `-`. `pt` also matches `pt-BR`.
    #[schemars(extend("items" = json!({"type": "string", "minLength": 1})))]
    pub(crate) language: Vec<String>,
    /// Percentage of players that the route matches, 0 to 100. A player always gets the same result. It depends on the
    /// UUID, otherwise the name, otherwise the address, and on the name of the route.
    #[schemars(range(max = 100))]
    pub(crate) percent: Option<u8>,
}

names! {
    /// Generation of the client's protocol.
    pub(crate) enum Generation {
        /// Clients without a build.
        G1 = "g1",
        /// The first builds.
        G2 = "g2",
        /// The builds that identify players by token only.
        G3 = "g3",
        /// The builds that read packets strictly.
        G4 = "g4",
    }
}

names! {
    /// Kind of a client.
    pub(crate) enum ClientType {
        /// The game.
        Game = "game",
        /// The editor.
        Editor = "editor",
    }
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["verified"]))]
pub(crate) struct IdentityMatch {
    /// `true` matches verified players, `false` the others.
    pub(crate) verified: bool,
}

/// All given conditions must match.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TicketMatch {
    /// Patterns as for host names, one of which must match the requested route.
    #[serde(with = "AsTextList::<TextPattern>")]
    pub(crate) routes: Vec<HostPattern>,
    /// Patterns as for host names, one of which must match the server name in the ticket.
    #[serde(with = "AsTextList::<TextPattern>")]
    pub(crate) sources: Vec<HostPattern>,
    /// Ids of keys of `referral.accept`, one of which must have signed the ticket.
    pub(crate) keys: Vec<u8>,
}
