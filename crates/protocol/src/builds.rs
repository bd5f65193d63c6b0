//! Which build of the game speaks which layouts: the one place where a build number means something.
//!
//! The facts come from public material; ranges in which nothing was seen are marked. To teach the crate a new build,
//! add it to [`KNOWN_BUILDS`], and a row to [`BUILD_RULES`] if a layout changed.

use std::{fmt, str};

use crate::disconnect::DisconnectForm::{self, Bare, Formatted, Plain};
use crate::formatted::FormattedLayout::{Fm38, Fm39, Fm40};

use Generation::{G1, G2, G3, G4};

/// A layout of the Connect packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// Protocol hash, UUID and name; 102-byte head. Clients of January 2026, ALPN `hytale/1`.
    G1,
    /// CRC and build number, UUID and name; 66-byte head. Builds 2 to 63.
    G2,
    /// CRC and build number, identity only in the token; 46-byte head. Builds 77 to 117.
    G3,
    /// As g3, read strictly: one single encoding of each packet is accepted. Builds from 208 on.
    G4,
}

impl Generation {
    /// All generations, oldest first.
    pub const ALL: [Self; 4] = [G1, G2, G3, G4];

    /// `g1` to `g4`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            G1 => "g1",
            G2 => "g2",
            G3 => "g3",
            G4 => "g4",
        }
    }

    /// A build that is typical of the generation, for a client that has to pose as one: the hash of g1, 20, 100, 242.
    #[must_use]
    pub const fn representative(self) -> ClientBuild {
        match self {
            G1 => ClientBuild::Hash,
            G2 => ClientBuild::Number(20),
            G3 => ClientBuild::Number(100),
            G4 => ClientBuild::Number(NEWEST_BUILD),
        }
    }

    /// Bytes of Connect before the variable block.
    pub(crate) const fn head_len(self) -> usize {
        match self {
            G1 => 102,
            G2 => 66,
            G3 | G4 => 46,
        }
    }

    /// The UUID and the name of the player are fields of Connect; in g3 and g4 only the token has them.
    pub(crate) const fn has_player(self) -> bool {
        matches!(self, G1 | G2)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl str::FromStr for Generation {
    type Err = UnknownGeneration;

    fn from_str(text: &str) -> Result<Self, UnknownGeneration> {
        Self::ALL
            .into_iter()
            .find(|generation| generation.as_str() == text)
            .ok_or(UnknownGeneration)
    }
}

/// The text names no generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown generation, known are g1, g2, g3 and g4")]
pub struct UnknownGeneration;

/// What a client said it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientBuild {
    /// A protocol hash: older than build numbers.
    Hash,
    /// A build number.
    Number(i32),
    /// Its Connect could not be decoded.
    Unknown,
}

impl ClientBuild {
    /// The number, for those that have one.
    #[must_use]
    pub const fn number(self) -> Option<i32> {
        match self {
            Self::Number(number) => Some(number),
            Self::Hash | Self::Unknown => None,
        }
    }

    /// The layouts of the build, `None` only for [`Unknown`](Self::Unknown).
    #[must_use]
    pub fn rules(self) -> Option<&'static ClientRules> {
        match self {
            Self::Hash => Some(&HASH_RULES),
            Self::Number(number) => Some(rules_of(number)),
            Self::Unknown => None,
        }
    }

    /// The build is newer than [`NEWEST_BUILD`], so that its packets are read by the newest layouts known and may be
    /// misread: what operators know as an unknown protocol.
    ///
    /// Numbers below that were never seen are not meant; the table has rules for them. Nor is a Connect that could
    /// not be decoded.
    #[must_use]
    pub fn is_newer_than_known(self) -> bool {
        matches!(self, Self::Number(number) if !is_known(number))
    }
}

impl fmt::Display for ClientBuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hash => f.write_str("a client with a protocol hash"),
            Self::Number(number) => write!(f, "build {number}"),
            Self::Unknown => f.write_str("an unknown build"),
        }
    }
}

/// How clients of a range of builds speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientRules {
    /// Layout of Connect.
    pub generation: Generation,
    /// Layout to try when the first does not fit, where nobody has seen which of the two it is.
    pub alternative: Option<Generation>,
    /// Only the canonical encoding is accepted: offsets equal to the running position, -1 for absent fields, shortest
    /// lengths. Otherwise order, gaps and the slots of absent fields are free.
    pub strict: bool,
    /// Longest language in bytes.
    pub language_limit: usize,
    /// How the client is told why it can not stay.
    pub disconnect: DisconnectForm,
    /// The `n` of the ALPN `hytale/<n>` that the client offers.
    pub alpn_version: u32,
}

/// Rules of clients that send a protocol hash instead of a build number.
pub static HASH_RULES: ClientRules = rules(G1, 128, Plain, 1);

/// Rules of clients that send a build number: the first build of each range, ascending, and what holds up to the next
/// row. The last row holds for all builds to come.
///
/// Numbers below 2 were never seen; they are read like the oldest ones known.
pub static BUILD_RULES: [(i32, ClientRules); 8] = [
    (i32::MIN, rules(G2, 16, Plain, 2)),
    // 21 to 28 not seen: nothing says that the form of Disconnect had changed yet, so these stay with the row above.
    (29, rules(G2, 16, Formatted(Fm38), 2)),
    // 64 to 76 not seen: either Connect, unknown message.
    (
        64,
        ClientRules {
            alternative: Some(G3),
            ..rules(G2, 16, Bare, 2)
        },
    ),
    (77, rules(G3, 16, Formatted(Fm39), 2)),
    (101, rules(G3, 16, Formatted(Fm39), 3)),
    // 118 to 207 not seen: Connect did not change its fields, the message may have.
    (118, rules(G3, 16, Bare, 3)),
    (208, rules(G4, 16, Formatted(Fm40), 3)),
    (227, rules(G4, 100, Formatted(Fm40), 3)),
];

/// A build that was seen in public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownBuild {
    /// Build number.
    pub number: i32,
    /// CRC of the protocol, as its clients send it.
    pub crc: i32,
    /// Version text of such a client, where it is known.
    pub client_version: Option<&'static str>,
}

/// The protocol hash of the clients of 13 to 17 January 2026, the only one known.
pub const KNOWN_HASH: &str = "6708f121966c1c443f4b0eb525b2f81d0a8dc61f5003a692a8fa157e5e02cea9";

/// Newest build seen, of game version 0.7.
pub const NEWEST_BUILD: i32 = 242;

/// All builds seen, ascending.
pub static KNOWN_BUILDS: [KnownBuild; 23] = [
    known(2, 1_789_265_863, None),
    known(5, 701_662_755, None),
    known(12, 672_031_543, None),
    known(20, -1_356_075_132, Some("2026.02.17-255364b8e")),
    known(29, -1_695_325_721, None),
    known(35, 1_367_909_235, None),
    known(45, -1_273_927_538, None),
    known(51, 1_080_406_952, None),
    known(53, 1_230_336_123, None),
    known(63, 1_608_127_164, None),
    known(77, -1_022_205_618, None),
    known(84, 315_434_396, None),
    known(92, -1_149_927_892, Some("2026.05.07-5efa15f6d")),
    known(97, -773_805_964, Some("0.5.0-pre.8")),
    known(100, 1_316_766_548, Some("0.5.9")),
    known(101, -2_125_278_700, None),
    known(109, -880_209_636, None),
    known(117, -1_007_251_642, None),
    known(208, 245_610_536, None),
    known(209, -423_274_174, None),
    known(227, 636_045_167, Some("0.7.0-pre.1")),
    known(232, 322_808_978, Some("0.7.0-pre.5.1")),
    known(NEWEST_BUILD, -628_210_764, Some("0.7.0")),
];

/// Whether the number is no newer than [`NEWEST_BUILD`]; see [`ClientBuild::is_newer_than_known`].
#[must_use]
pub const fn is_known(number: i32) -> bool {
    number <= NEWEST_BUILD
}

/// The rules for a build number.
#[must_use]
pub fn rules_of(number: i32) -> &'static ClientRules {
    let [(_, oldest), newer @ ..] = &BUILD_RULES;
    newer
        .iter()
        .take_while(|(first, _)| *first <= number)
        .last()
        .map_or(oldest, |(_, rules)| rules)
}

/// What is known of a build number that was seen.
#[must_use]
pub fn known_build(number: i32) -> Option<&'static KnownBuild> {
    KNOWN_BUILDS.iter().find(|build| build.number == number)
}

const fn rules(
    generation: Generation,
    language_limit: usize,
    disconnect: DisconnectForm,
    alpn_version: u32,
) -> ClientRules {
    let strict = matches!(generation, G4);
    ClientRules {
        generation,
        alternative: None,
        strict,
        language_limit,
        disconnect,
        alpn_version,
    }
}

const fn known(number: i32, crc: i32, client_version: Option<&'static str>) -> KnownBuild {
    KnownBuild {
        number,
        crc,
        client_version,
    }
}
