//! Filters of backends.

mod check;
mod names;
mod values;

use std::fmt;

use crate::{BackendKey, named::named, number::Number};

pub use self::names::unusable_patterns;
pub(crate) use self::{
    check::{RuntimeCheck, runtime_checks},
    names::NamePatterns,
};

/// A condition that a candidate must pass.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Passes if both values are numbers and the comparison holds.
    Compare {
        /// Key of the left value.
        left: BackendKey,
        /// The comparison.
        op: CompareOp,
        /// Key of the right value.
        right: BackendKey,
    },
    /// Passes only players on the whitelist of a backend, if its whitelist is switched on.
    ///
    /// `enabled_key` names a [`Switch`](crate::Switch). If it is on, the list must be present, readable and contain the
    /// player's name or UUID, which must be known. If the switch is unreadable, the backend takes no player.
    ///
    /// Names and UUIDs that are not [verified](crate::RouteRequest::verified) are claims that any client can make,
    /// unless `verified` is set.
    Whitelist {
        /// Key of the switch.
        enabled_key: BackendKey,
        /// Key of the list: a JSON array of strings, or comma-separated text. Blanks around its entries are ignored.
        list_key: BackendKey,
        /// Attribute of the player that the list contains.
        subject: WhitelistSubject,
        /// `true` if the player must be verified when the whitelist is on.
        verified: bool,
    },
    /// Passes only verified players, or only unverified ones.
    Identity {
        /// `true` if verified players pass, `false` if unverified ones pass.
        verified: bool,
    },
    /// Passes while the game has not begun: the value is absent, empty, `-1` or a time in the future.
    ///
    /// The time is a whole number of seconds since 1970, or of milliseconds if it is 10,000,000,000 or more. Any other
    /// text fails.
    GameStartNotPast {
        /// Key of the begin of the game.
        key: BackendKey,
    },
    /// Passes players whose host name matches a pattern of the backend, in the syntax of
    /// [`HostPattern::of_names`](crate::HostPattern::of_names).
    ///
    /// A malformed pattern is ignored, and so are patterns beyond the first 100 of a backend. A backend without a usable
    /// pattern fails, and a player without a host name passes no backend. Exact names and `*.suffix` are found by hash,
    /// so their number does not slow down a decision.
    Hostname {
        /// Key of the patterns: comma-separated text. Blanks around its entries are ignored.
        key: BackendKey,
    },
}

/// A comparison of two numbers.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
}

named!(CompareOp {
    Lt => "lt", Lte => "lte", Gt => "gt", Gte => "gte", Eq => "eq", Neq => "neq",
});

/// The attribute of players that a whitelist contains.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WhitelistSubject {
    /// The UUID, in any case, with or without hyphens.
    #[default]
    Uuid,
    /// The name, case-sensitive.
    Username,
}

named!(WhitelistSubject { Uuid => "uuid", Username => "username" });

impl CompareOp {
    pub(crate) fn holds(self, left: Number, right: Number) -> bool {
        match self {
            Self::Lt => left < right,
            Self::Lte => left <= right,
            Self::Gt => left > right,
            Self::Gte => left >= right,
            Self::Eq => left == right,
            Self::Neq => left != right,
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare { left, op, right } => write!(f, "compare {left} {op} {right}"),
            Self::Whitelist {
                enabled_key,
                list_key,
                subject,
                verified,
            } => {
                let proven = if *verified { "verified " } else { "" };
                write!(
                    f,
                    "whitelist of {proven}{subject} in {list_key} if {enabled_key}"
                )
            }
            Self::Identity { verified } => write!(f, "identity verified {verified}"),
            Self::GameStartNotPast { key } => write!(f, "game_start_not_past {key}"),
            Self::Hostname { key } => write!(f, "hostname {key}"),
        }
    }
}
