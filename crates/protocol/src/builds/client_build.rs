use std::fmt;

use super::{ClientRules, HASH_RULES, is_known, rules_of};

/// Build that a client names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientBuild {
    /// A protocol hash: older than build numbers.
    Hash,
    /// A build number.
    Number(i32),
    /// Not known, since its Connect could not be decoded.
    Unknown,
}

impl ClientBuild {
    /// Returns the number, if there is one.
    #[must_use]
    pub const fn number(self) -> Option<i32> {
        match self {
            Self::Number(number) => Some(number),
            Self::Hash | Self::Unknown => None,
        }
    }

    /// Returns the layouts of the build. `None` only for [`Unknown`](Self::Unknown).
    #[must_use]
    pub fn rules(self) -> Option<&'static ClientRules> {
        match self {
            Self::Hash => Some(&HASH_RULES),
            Self::Number(number) => Some(rules_of(number)),
            Self::Unknown => None,
        }
    }

    /// Returns whether the build is newer than [`NEWEST_BUILD`](super::NEWEST_BUILD): its packets are read by the
    /// newest known layouts and may be misread. Operators know this as an unknown protocol.
    ///
    /// `false` for lower numbers that were never seen, since the table has rules for them, and for
    /// [`Unknown`](Self::Unknown).
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
