//! Connect, id 0: the first packet of a client, in all four generations.

mod buf;
mod decode;
mod encode;

use std::fmt;

use uuid::Uuid;

pub use buf::ConnectBuf;

use crate::builds::{ClientBuild, Generation, KNOWN_HASH, known_build};
use crate::host::HostAddress;

/// Maximum length of `username` in bytes of ASCII.
pub const MAX_USERNAME: usize = 16;
/// Maximum length of `identity_token` in bytes of UTF-8.
pub const MAX_IDENTITY_TOKEN: usize = 8192;
/// Maximum length of referral data in Connect and in a referral in bytes.
pub const MAX_REFERRAL_DATA: usize = 4096;

/// Width of the protocol hash of g1.
const HASH_WIDTH: usize = 64;
/// Width of the client version since g2.
const VERSION_WIDTH: usize = 20;

/// Names of the fields, as errors and the JSON form have them.
mod field {
    pub(super) const HEAD: &str = "head of connect";
    pub(super) const PROTOCOL_HASH: &str = "protocol_hash";
    pub(super) const PROTOCOL_CRC: &str = "protocol_crc";
    pub(super) const PROTOCOL_BUILD: &str = "protocol_build";
    pub(super) const CLIENT_VERSION: &str = "client_version";
    pub(super) const CLIENT_TYPE: &str = "client_type";
    pub(super) const UUID: &str = "uuid";
    pub(super) const USERNAME: &str = "username";
    pub(super) const LANGUAGE: &str = "language";
    pub(super) const IDENTITY_TOKEN: &str = "identity_token";
    pub(super) const REFERRAL_DATA: &str = "referral_data";
    pub(super) const REFERRAL_SOURCE: &str = "referral_source";
}

/// Connect, borrowed from its payload.
///
/// Exhaustive, since it is also the input of [`encode`](Self::encode): a field of a later build must be set.
///
/// Everything in it is a claim of the client and not verified. Text is well-formed, but may hold any character,
/// control characters included. In g3 and g4 the identity of the player is in the token alone.
///
/// `Debug` prints the token and the referral data as their lengths.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Connect<'a> {
    /// Layout that the packet has.
    pub generation: Generation,
    /// Protocol of the client.
    pub protocol: Protocol<'a>,
    /// Game or editor.
    pub client_type: ClientType,
    /// UUID of the player: always there in g1 and g2, never in g3 and g4.
    pub uuid: Option<Uuid>,
    /// Name of the player: always there in g1 and g2 (it may be empty), never in g3 and g4. ASCII, at most
    /// [`MAX_USERNAME`] bytes.
    pub username: Option<&'a str>,
    /// Language such as `en-US`: optional in g1 (128 bytes), always there since (16 bytes; 100 from build 227 on).
    /// ASCII.
    pub language: Option<&'a str>,
    /// JWT of the session service, at most [`MAX_IDENTITY_TOKEN`] bytes. The game treats an empty one as none.
    pub identity_token: Option<&'a str>,
    /// Data of the server that referred the client here, at most [`MAX_REFERRAL_DATA`] bytes.
    pub referral_data: Option<&'a [u8]>,
    /// Server that referred the client here.
    pub referral_source: Option<HostAddress<'a>>,
}

impl Connect<'_> {
    /// Packet id of Connect, in every generation.
    pub const PACKET_ID: i32 = 0;

    /// Returns the build that the client names.
    #[must_use]
    pub const fn build(&self) -> ClientBuild {
        match self.protocol {
            Protocol::Hash(_) => ClientBuild::Hash,
            Protocol::Build { number, .. } => ClientBuild::Number(number),
        }
    }
}

impl fmt::Debug for Connect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("generation", &self.generation)
            .field("protocol", &self.protocol)
            .field("client_type", &self.client_type)
            .field("uuid", &self.uuid)
            .field("username", &self.username)
            .field("language", &self.language)
            .field("identity_token_len", &self.identity_token.map(str::len))
            .field("referral_data_len", &self.referral_data.map(<[u8]>::len))
            .field("referral_source", &self.referral_source)
            .finish()
    }
}

/// Protocol that a client names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol<'a> {
    /// g1: 1 to 64 characters, hexadecimal in every client seen.
    Hash(&'a str),
    /// g2 and later.
    Build {
        /// CRC of the protocol.
        crc: i32,
        /// Build number of the protocol; see [`builds`](crate::builds).
        number: i32,
        /// Version of the client in its own words, at most 20 characters of ASCII.
        client_version: &'a str,
    },
}

impl Protocol<'static> {
    /// Returns what a client of that build sends, for a client that poses as one. CRC and version of builds that were
    /// never seen are 0 and empty; an unknown client is taken for one of [`KNOWN_HASH`].
    #[must_use]
    pub fn of(build: ClientBuild) -> Self {
        let ClientBuild::Number(number) = build else {
            return Self::Hash(KNOWN_HASH);
        };
        let known = known_build(number);
        Self::Build {
            crc: known.map_or(0, |known| known.crc),
            number,
            client_version: known
                .and_then(|known| known.client_version)
                .unwrap_or_default(),
        }
    }
}

/// Kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClientType {
    /// The game, 0.
    #[default]
    Game,
    /// The editor, 1.
    Editor,
}

impl ClientType {
    /// All types.
    pub const ALL: [Self; 2] = [Self::Game, Self::Editor];

    /// Returns the name, `game` or `editor`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Game => "game",
            Self::Editor => "editor",
        }
    }

    /// Returns the number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Game => 0,
            Self::Editor => 1,
        }
    }

    /// Returns the type of this number. The game refuses others than 0 and 1.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Game),
            1 => Some(Self::Editor),
            _ => None,
        }
    }
}
