//! The fields of each kind, named as in the test vectors.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::LineError;
use crate::builds::Generation;
use crate::connect::{ClientType, Connect, Protocol};
use crate::host::HostAddress;

/// Fields of `connect`. Which of the first ones there are depends on the generation.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectFields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol_hash: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol_crc: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol_build: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_version: Option<Cow<'a, str>>,
    client_type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<Cow<'a, str>>,
    language: Option<Cow<'a, str>>,
    identity_token: Option<Cow<'a, str>>,
    referral_data: Option<HexBytes<'a>>,
    referral_source: Option<HostFields<'a>>,
}

impl<'a> ConnectFields<'a> {
    pub(super) fn of(connect: &Connect<'a>) -> Self {
        let (hash, build) = match connect.protocol {
            Protocol::Hash(hash) => (Some(hash), None),
            Protocol::Build {
                crc,
                number,
                client_version,
            } => (None, Some((crc, number, client_version))),
        };
        Self {
            protocol_hash: hash.map(Cow::Borrowed),
            protocol_crc: build.map(|(crc, ..)| crc),
            protocol_build: build.map(|(_, number, _)| number),
            client_version: build.map(|(.., version)| Cow::Borrowed(version)),
            client_type: connect.client_type.number(),
            uuid: connect.uuid.map(|uuid| uuid.to_string()),
            username: connect.username.map(Cow::Borrowed),
            language: connect.language.map(Cow::Borrowed),
            identity_token: connect.identity_token.map(Cow::Borrowed),
            referral_data: connect.referral_data.map(HexBytes::of),
            referral_source: connect.referral_source.map(HostFields::of),
        }
    }

    pub(super) fn connect(&self, generation: Generation) -> Result<Connect<'_>, LineError> {
        let protocol = match (
            &self.protocol_hash,
            self.protocol_crc,
            self.protocol_build,
            &self.client_version,
        ) {
            (Some(hash), None, None, None) => Protocol::Hash(hash),
            (None, Some(crc), Some(number), Some(client_version)) => Protocol::Build {
                crc,
                number,
                client_version,
            },
            _ => return Err(LineError::NoProtocol),
        };
        let client_type =
            ClientType::from_number(self.client_type).ok_or_else(|| LineError::UnknownValue {
                field: "client_type",
                value: self.client_type.to_string(),
            })?;
        Ok(Connect {
            generation,
            protocol,
            client_type,
            uuid: self.uuid.as_deref().map(parse_uuid).transpose()?,
            username: self.username.as_deref(),
            language: self.language.as_deref(),
            identity_token: self.identity_token.as_deref(),
            referral_data: self.referral_data.as_ref().map(HexBytes::bytes),
            referral_source: self.referral_source.as_ref().map(HostFields::address),
        })
    }
}

/// Fields of `client_referral`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferralFields<'a> {
    pub(super) host_to: Option<HostFields<'a>>,
    pub(super) data: Option<HexBytes<'a>>,
}

/// A host and port.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostFields<'a> {
    host: Cow<'a, str>,
    port: u16,
}

impl<'a> HostFields<'a> {
    pub(super) fn of(address: HostAddress<'a>) -> Self {
        Self {
            host: Cow::Borrowed(address.host),
            port: address.port,
        }
    }

    pub(super) fn address(&self) -> HostAddress<'_> {
        HostAddress {
            host: &self.host,
            port: self.port,
        }
    }
}

/// Fields of `disconnect` and `server_disconnect`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DisconnectFields<'a> {
    pub(super) reason: Option<Cow<'a, str>>,
    /// Of a message only, and only if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message_id: Option<Cow<'a, str>>,
    #[serde(rename = "type")]
    pub(super) kind: u8,
}

/// Fields of `client_disconnect`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientDisconnectFields {
    pub(super) reason: u8,
    #[serde(rename = "type")]
    pub(super) kind: u8,
}

/// One of the fields of `frame`.
#[derive(Debug, Serialize)]
pub(super) struct FrameFields {
    pub(super) packet_id: i32,
    pub(super) length: usize,
}

/// Bytes, in JSON as hexadecimal text.
#[derive(Debug)]
pub(super) struct HexBytes<'a>(Cow<'a, [u8]>);

impl<'a> HexBytes<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(Cow::Borrowed(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for HexBytes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for HexBytes<'_> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let bytes = hex::decode(text.as_ref()).map_err(serde::de::Error::custom)?;
        Ok(Self(Cow::Owned(bytes)))
    }
}

fn parse_uuid(text: &str) -> Result<Uuid, LineError> {
    Uuid::parse_str(text).map_err(|_| LineError::UnknownValue {
        field: "uuid",
        value: text.to_owned(),
    })
}
