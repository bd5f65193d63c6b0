//! The `Connect` that a client begins with.

use hyrouter_protocol::builds::{ClientBuild, ClientRules, Generation, HASH_RULES, rules_of};
use hyrouter_protocol::frame::write_frame;
use hyrouter_protocol::{ClientType, Connect, EncodeError, HostAddress, Protocol};
use uuid::Uuid;

/// Values that a client of one build sends. [`Hello::of`] fills in the values of a client of that generation. Fields
/// that a generation does not send are left out when encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The layout.
    pub generation: Generation,
    /// Build number; not sent by g1.
    pub build: i32,
    /// Checksum of the protocol; not sent by g1.
    pub crc: i32,
    /// Version text of the client, or the protocol hash of g1.
    pub version: String,
    /// The kind of the client.
    pub client_type: ClientType,
    /// The player's id; sent by g1 and g2.
    pub uuid: Uuid,
    /// The player's name; sent by g1 and g2.
    pub username: String,
    /// The player's language.
    pub language: String,
    /// The identity token, if there is one.
    pub identity_token: Option<String>,
    /// Referral data of another server.
    pub referral_data: Option<Vec<u8>>,
    /// The host and port of that server.
    pub referral_source: Option<(String, u16)>,
}

impl Hello {
    /// Returns what a typical client of that generation sends.
    pub fn of(generation: Generation) -> Self {
        Self::of_build(generation.representative())
    }

    /// Returns what a client of that build sends, in the layout of the build.
    pub fn of_build(build: ClientBuild) -> Self {
        let rules = build.rules().unwrap_or(&HASH_RULES);
        let (build, crc, version) = match Protocol::of(build) {
            Protocol::Hash(hash) => (0, 0, hash),
            Protocol::Build {
                crc,
                number,
                client_version,
            } => (number, crc, client_version),
        };
        Self {
            generation: rules.generation,
            build,
            crc,
            version: version.to_owned(),
            client_type: ClientType::Game,
            uuid: Uuid::nil(),
            username: "Player".to_owned(),
            language: "en-US".to_owned(),
            identity_token: None,
            referral_data: None,
            referral_source: None,
        }
    }

    /// Returns the ALPN name that such a client offers.
    pub fn alpn(&self) -> Vec<u8> {
        format!("hytale/{}", self.rules().alpn_version).into_bytes()
    }

    /// Returns the rules of the protocol of such a client.
    pub fn rules(&self) -> &'static ClientRules {
        match self.generation {
            Generation::G1 => &HASH_RULES,
            _ => rules_of(self.build),
        }
    }

    /// Encodes the `Connect` packet as a whole frame.
    ///
    /// # Errors
    ///
    /// A field that is longer than the layout allows.
    pub fn frame(&self) -> Result<Vec<u8>, EncodeError> {
        let mut out = Vec::new();
        write_frame(&mut out, Connect::PACKET_ID, |out| {
            self.connect().encode(out)
        })?;
        Ok(out)
    }

    fn connect(&self) -> Connect<'_> {
        let old = matches!(self.generation, Generation::G1 | Generation::G2);
        let protocol = match self.generation {
            Generation::G1 => Protocol::Hash(&self.version),
            _ => Protocol::Build {
                crc: self.crc,
                number: self.build,
                client_version: &self.version,
            },
        };
        Connect {
            generation: self.generation,
            protocol,
            client_type: self.client_type,
            uuid: old.then_some(self.uuid),
            username: old.then_some(self.username.as_str()),
            language: Some(&self.language),
            identity_token: self.identity_token.as_deref(),
            referral_data: self.referral_data.as_deref(),
            referral_source: self
                .referral_source
                .as_ref()
                .map(|(host, port)| HostAddress { host, port: *port }),
        }
    }
}
