//! The player that a simulation is about.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use hyrouter_client::Hello;
use hyrouter_gateway::ExplainOptions;
use hyrouter_protocol::builds::ClientBuild;
use hyrouter_protocol::frame::HEADER_LEN;
use hyrouter_protocol::{ClientType, Generation};
use hyrouter_proxy::{ConnectInfo, Peer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::ExplainError;
use crate::host_name::HostName;

/// Known facts about a player. An absent field stands for a client of the newest build that does not send it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Question {
    /// Host name that the player typed; none for an address.
    pub sni: Option<HostName>,
    /// UUID of the player.
    pub uuid: Option<Uuid>,
    /// Name of the player.
    pub username: Option<String>,
    /// `true` if UUID and name count as verified. Not with a token.
    pub verified: bool,
    /// Identity token to verify.
    pub token: Option<String>,
    /// Language of the client, such as `en-US`.
    pub language: Option<String>,
    /// Protocol build of the client. Not with a generation.
    pub build: Option<i32>,
    /// Generation of the protocol: `g1` to `g4`.
    pub generation: Option<String>,
    /// `game` or `editor`.
    pub client_type: Option<String>,
    /// Application protocol of the handshake; by default that of the build.
    pub alpn: Option<String>,
    /// Address of the client.
    pub ip: Option<IpAddr>,
    /// Referral data, in hexadecimal.
    pub referral: Option<String>,
    /// `true` if plugins are called.
    pub plugins: bool,
}

impl Question {
    /// Returns the `Connect` of such a player as the router would have read it, and the client's hello.
    pub(super) fn connect(&self) -> Result<(ConnectInfo, Hello), ExplainError> {
        let hello = self.hello()?;
        let mut payload = hello.frame().map_err(ExplainError::Unsendable)?;
        payload.drain(..HEADER_LEN.min(payload.len()));
        let ip = self.ip.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let mut peer = Peer::new(SocketAddr::new(ip, 0));
        peer.host = self.sni.as_ref().map_or("", HostName::sent).into();
        let alpn = self.alpn.as_ref().map(|alpn| alpn.clone().into_bytes());
        peer.alpn = Some(alpn.unwrap_or_else(|| hello.alpn()).into());
        let info = ConnectInfo::new(peer, payload).map_err(ExplainError::Unreadable)?;
        Ok((info, hello))
    }

    /// Returns the address of the player, if given.
    pub(super) fn comes_from(&self) -> Option<IpAddr> {
        self.ip
    }

    pub(super) fn brings_token(&self) -> bool {
        self.token.is_some()
    }

    /// Returns options that assume the given player, or none if a token is verified instead.
    pub(super) fn options(&self) -> ExplainOptions<'_> {
        let options = ExplainOptions::default();
        if self.token.is_some() {
            return options;
        }
        options.with_player(self.uuid, self.username.as_deref(), self.verified)
    }

    fn hello(&self) -> Result<Hello, ExplainError> {
        let mut hello = match (self.build, &self.generation) {
            (Some(_), Some(_)) => return Err(ExplainError::BuildAndGeneration),
            (Some(build), None) => Hello::of_build(ClientBuild::Number(build)),
            (None, Some(name)) => Hello::of(name.parse::<Generation>()?),
            (None, None) => Hello::of(Generation::G4),
        };
        if let Some(name) = &self.client_type {
            let mut types = ClientType::ALL.into_iter();
            hello.client_type = types
                .find(|client_type| client_type.as_str() == name)
                .ok_or_else(|| ExplainError::ClientType(name.clone()))?;
        }
        if self.verified && self.token.is_some() {
            return Err(ExplainError::VerifiedAndToken);
        }
        if let Some(language) = &self.language {
            hello.language.clone_from(language);
        }
        hello.identity_token.clone_from(&self.token);
        if let Some(data) = &self.referral {
            hello.referral_data = Some(from_hex(data).map_err(ExplainError::Referral)?);
        }
        if let Some(uuid) = self.uuid {
            hello.uuid = uuid;
        }
        if let Some(username) = &self.username {
            hello.username.clone_from(username);
        }
        Ok(hello)
    }
}

fn from_hex(text: &str) -> Result<Vec<u8>, hex::FromHexError> {
    let digits: String = text.split_whitespace().collect();
    hex::decode(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_routes_are_those_of_the_protocol() {
        let schema = hyrouter_config::schema();
        let names = |key: &str| &schema["$defs"]["Match"]["properties"][key]["items"]["enum"];
        let generations = Generation::ALL.map(Generation::as_str);
        assert_eq!(*names("generation"), serde_json::json!(generations));
        let types = ClientType::ALL.map(ClientType::as_str);
        assert_eq!(*names("client_type"), serde_json::json!(types));
    }
}
