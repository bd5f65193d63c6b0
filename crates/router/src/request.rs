//! What is known of a player when the decision is due.

use std::net::IpAddr;

use uuid::Uuid;

/// What is known of a player when the decision is due.
#[derive(Debug, Clone, Copy, Default)]
pub struct RouteRequest<'a> {
    /// The server name that the client asked for; empty when it sent none. The case of letters and a trailing dot do
    /// not count.
    pub host: &'a str,
    /// The player's UUID, if known. Without it no whitelist of UUIDs lets the player in.
    pub uuid: Option<Uuid>,
    /// The player's name, if known. Without it no whitelist of names lets the player in.
    pub username: Option<&'a str>,
    /// Whether UUID and name are proven. If not they are what the client says.
    pub verified: bool,
    /// The ticket that another server signed and sent the player here with. Give only one whose signature was checked:
    /// routes are chosen by it.
    pub ticket: Option<RouteTicket<'a>>,
    /// The client.
    pub client: RouteClient<'a>,
}

/// What is known of a player's client. What it says of itself nothing proves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RouteClient<'a> {
    /// Where it connects from.
    pub ip: Option<IpAddr>,
    /// The application protocol of the handshake.
    pub alpn: Option<&'a str>,
    /// The build number of its protocol.
    pub build: Option<i32>,
    /// The generation of its protocol, by the name that the configuration has for it.
    pub generation: Option<&'a str>,
    /// What kind of client it is, likewise.
    pub kind: Option<&'a str>,
    /// Its language, as a tag such as `pt-BR`.
    pub language: Option<&'a str>,
}

/// What a server that sent a player here has signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RouteTicket<'a> {
    /// The route that it wishes; empty when it wishes none.
    pub route: &'a str,
    /// How it calls itself.
    pub source: &'a str,
    /// The id of the key that it signed with.
    pub key_id: u8,
}
