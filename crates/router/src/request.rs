//! The input of a decision.

use std::net::IpAddr;

use uuid::Uuid;

/// Attributes of a player that decisions depend on.
#[derive(Debug, Clone, Copy, Default)]
pub struct RouteRequest<'a> {
    /// The server name (SNI) that the client sent; empty when it sent none. Case and a trailing dot do not count.
    pub host: &'a str,
    /// UUID of the player, if known. Without it no whitelist of UUIDs accepts the player.
    pub uuid: Option<Uuid>,
    /// Name of the player, if known. Without it no whitelist of names accepts the player.
    pub username: Option<&'a str>,
    /// `true` if UUID and name are verified. Otherwise they are claims of the client.
    pub verified: bool,
    /// Ticket of the server that sent the player here. Its signature must have been verified: routes depend on it.
    pub ticket: Option<RouteTicket<'a>>,
    /// Client of the player.
    pub client: RouteClient<'a>,
}

/// Attributes of a player's client. All but the address are unverified claims of the client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RouteClient<'a> {
    /// Address that it connects from.
    pub ip: Option<IpAddr>,
    /// Application protocol (ALPN) of the handshake.
    pub alpn: Option<&'a str>,
    /// Build number of its protocol.
    pub build: Option<i32>,
    /// Generation of its protocol, by its name in the configuration.
    pub generation: Option<&'a str>,
    /// Kind of client, by its name in the configuration.
    pub kind: Option<&'a str>,
    /// Language, as a tag such as `pt-BR`.
    pub language: Option<&'a str>,
}

/// The signed statement of a server that sent a player here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RouteTicket<'a> {
    /// Name of the requested route; empty for none.
    pub route: &'a str,
    /// Name of the server.
    pub source: &'a str,
    /// Id of the signing key.
    pub key_id: u8,
}
