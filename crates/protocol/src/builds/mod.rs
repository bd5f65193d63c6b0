//! Table of builds of the game and their layouts: the one place where a build number has a meaning.
//!
//! The facts come from public material; ranges in which nothing was seen are marked. To teach the crate a new build,
//! add it to [`KNOWN_BUILDS`], and a row to [`BUILD_RULES`] if a layout changed.

mod client_build;
mod generation;

pub use client_build::ClientBuild;
pub use generation::{Generation, UnknownGeneration};

use crate::disconnect::DisconnectForm::{self, Bare, Formatted, Plain};
use crate::formatted::FormattedLayout::{Fm38, Fm39, Fm40};

use Generation::{G1, G2, G3, G4};

/// Layouts of a range of builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientRules {
    /// Layout of Connect.
    pub generation: Generation,
    /// Layout to try when the first does not fit, if it is unknown which of the two the builds use.
    pub alternative: Option<Generation>,
    /// Only the canonical encoding is accepted: offsets equal to the running position, -1 for absent fields, shortest
    /// lengths. Otherwise order, gaps and the slots of absent fields are free.
    pub strict: bool,
    /// Maximum length of the language in bytes.
    pub language_limit: usize,
    /// Packet that tells the client to leave.
    pub disconnect: DisconnectForm,
    /// The `n` of the ALPN `hytale/<n>` that the client offers.
    pub alpn_version: u32,
}

/// Rules of clients that send a protocol hash instead of a build number.
pub static HASH_RULES: ClientRules = rules(G1, 128, Plain, 1);

/// Builds that share their layouts: a row of [`BUILD_RULES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildRange {
    /// First build of the range, which reaches up to the next row.
    pub first: i32,
    /// Layouts of the range.
    pub rules: ClientRules,
}

/// Rules of clients that send a build number, in ascending order of [`first`](BuildRange::first). The last row holds
/// for all builds to come.
///
/// Numbers below 2 were never seen; they are read like the oldest known ones.
pub static BUILD_RULES: &[BuildRange] = &[
    from(i32::MIN, rules(G2, 16, Plain, 2)),
    // 21 to 28 not seen: there is no sign that the form of Disconnect had changed yet, so these stay with the row
    // above.
    from(29, rules(G2, 16, Formatted(Fm38), 2)),
    // 64 to 76 not seen: either Connect, unknown message.
    from(
        64,
        ClientRules {
            alternative: Some(G3),
            ..rules(G2, 16, Bare, 2)
        },
    ),
    from(77, rules(G3, 16, Formatted(Fm39), 2)),
    from(101, rules(G3, 16, Formatted(Fm39), 3)),
    // 118 to 207 not seen: Connect did not change its fields, the message may have.
    from(118, rules(G3, 16, Bare, 3)),
    from(208, rules(G4, 16, Formatted(Fm40), 3)),
    from(227, rules(G4, 100, Formatted(Fm40), 3)),
];

/// Build that was seen in public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
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
pub static KNOWN_BUILDS: &[KnownBuild] = &[
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

/// Returns whether the number is no newer than [`NEWEST_BUILD`]; see [`ClientBuild::is_newer_than_known`].
#[must_use]
pub const fn is_known(number: i32) -> bool {
    number <= NEWEST_BUILD
}

/// Returns the rules for a build number.
#[must_use]
pub fn rules_of(number: i32) -> &'static ClientRules {
    let mut newest_first = BUILD_RULES.iter().rev();
    let range = newest_first.find(|range| range.first <= number);
    // The first row begins at the least number, so that there is always one.
    range.map_or(&HASH_RULES, |range| &range.rules)
}

/// Returns the build of this number, if it was seen.
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

const fn from(first: i32, rules: ClientRules) -> BuildRange {
    BuildRange { first, rules }
}

const fn known(number: i32, crc: i32, client_version: Option<&'static str>) -> KnownBuild {
    KnownBuild {
        number,
        crc,
        client_version,
    }
}
