use std::{fmt, str};

use super::{ClientBuild, NEWEST_BUILD};
use Generation::{G1, G2, G3, G4};

/// Layout of the Connect packet. Later builds may bring more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
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

    /// Returns the name, `g1` to `g4`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            G1 => "g1",
            G2 => "g2",
            G3 => "g3",
            G4 => "g4",
        }
    }

    /// Returns a build that is typical of the generation, for a client that poses as one: the hash of g1, 20, 100, 242.
    #[must_use]
    pub const fn representative(self) -> ClientBuild {
        match self {
            G1 => ClientBuild::Hash,
            G2 => ClientBuild::Number(20),
            G3 => ClientBuild::Number(100),
            G4 => ClientBuild::Number(NEWEST_BUILD),
        }
    }

    /// Returns the number of bytes of Connect before the variable block.
    pub(crate) const fn head_len(self) -> usize {
        match self {
            G1 => 102,
            G2 => 66,
            G3 | G4 => 46,
        }
    }

    /// Returns whether UUID and name of the player are fields of Connect. In g3 and g4 only the token has them.
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

/// A text names no generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown generation, known are g1, g2, g3 and g4")]
pub struct UnknownGeneration;
