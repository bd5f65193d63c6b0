use serde::{Deserialize, Serialize};

use crate::object::null_is_default;

/// Player that connects, as far as it is known. Facts that are not known are absent from the JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ConnectEvent {
    /// The host name that the player typed; empty where the client sent none.
    #[serde(deserialize_with = "null_is_default")]
    pub sni: String,
    /// SHA-256 over the DER bytes of the client's certificate, base64url without padding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_cert_fingerprint: Option<String>,
    /// The protocol hash of the oldest clients, the client version text of all later ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_hash: Option<String>,
    /// The number of the client's type on the wire: 0 game, 1 editor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_type: Option<u8>,
    /// The player's UUID, lower-case and hyphenated. Of clients that send none it is that of the identity token; see
    /// [`identity`](Self::identity) for whether it is proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// The player's name, from the same source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The language of the player's client, `en-US` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// `true` if the client sent an identity token. It may belong to another player; see [`identity`](Self::identity).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_token_present: Option<bool>,
    /// The application protocol of the TLS handshake, `hytale/2` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpn: Option<String>,
    /// The protocol's checksum, of clients that send one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_crc: Option<i32>,
    /// The protocol's build number, of clients that send one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_build: Option<i32>,
    /// The client's version text, of clients that send one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_version: Option<String>,
    /// The server that referred the player here, as the client says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral_source: Option<ReferralSource>,
    /// The player's address and port, only if the operator allows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_addr: Option<String>,
    /// Claims of the identity token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// Statement that the server which referred the player here has signed. Unsigned referral data has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// The route that the host name led to: its name, or its place among the routes (from 0) where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Names this connection in the router's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<String>,
}

/// Server that referred a player, as the client claims.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ReferralSource {
    /// Its host.
    #[serde(deserialize_with = "null_is_default")]
    pub host: String,
    /// Its port.
    #[serde(deserialize_with = "null_is_default")]
    pub port: u16,
}

/// Statement that a server of the network has signed and sent with the player. The router has checked the signature,
/// the time, and that it is for the player of the event's `uuid`; [`Identity::verified`] is whether the player proved
/// that UUID.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Referral {
    /// Route that the server asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Data of the server.
    #[serde(with = "crate::bytes", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Base64>"))]
    pub data: Option<Vec<u8>>,
    /// Name that the server gives itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Id of the key of the signature.
    #[serde(deserialize_with = "null_is_default")]
    pub key_id: u8,
    /// Number of times in a row that the router referred this player before.
    #[serde(deserialize_with = "null_is_default")]
    pub hops: u8,
}

/// Claims of the player's identity token.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Identity {
    /// `true` if the token was verified. If not, any client may have written the rest.
    #[serde(deserialize_with = "null_is_default")]
    pub verified: bool,
    /// UUID in the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The player's name in the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Issuer of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Time of expiry in seconds since 1970-01-01 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}
