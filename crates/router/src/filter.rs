//! What a backend must fulfil to be a candidate.

mod check;
mod values;

use std::fmt;

use crate::{BackendKey, named::named, number::Number};

pub(crate) use self::check::{RuntimeCheck, runtime_checks};

/// What a backend must fulfil to be a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Both values are numbers and the comparison holds; a missing one fails.
    Compare {
        /// Left side.
        left: BackendKey,
        /// The comparison.
        op: CompareOp,
        /// Right side, a key like the left one.
        right: BackendKey,
    },
    /// A backend that has a whitelist switched on takes only the players on it.
    ///
    /// `enabled_key` is a [`Switch`]. When it is on, the list must be there, be readable and hold the subject, and the
    /// subject must be known. When it cannot be read, the backend takes no player.
    ///
    /// Names and UUIDs that are not [verified](crate::RouteRequest::verified) are what a client says: anybody can be on a
    /// list then, unless `verified` is asked for.
    Whitelist {
        /// Switches the whitelist on.
        enabled_key: BackendKey,
        /// The list: a JSON array of strings, or comma separated with blanks around the entries ignored.
        list_key: BackendKey,
        /// What the list holds.
        subject: WhitelistSubject,
        /// Whether the player must be verified where the whitelist is on.
        verified: bool,
    },
    /// The player is verified, or is not.
    Identity {
        /// Which of the two passes.
        verified: bool,
    },
    /// The game has not begun: the value is absent, empty or `-1`, or a time in the future.
    ///
    /// The time is a whole number of seconds since 1970, or of milliseconds when it is 10,000,000,000 or more. Text
    /// that is neither fails.
    GameStartNotPast {
        /// When the game begins.
        key: BackendKey,
    },
}

/// A comparison of two numbers.
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

named!(CompareOp, "comparison", {
    Lt => "lt", Lte => "lte", Gt => "gt", Gte => "gte", Eq => "eq", Neq => "neq",
});

/// By what a whitelist names players.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WhitelistSubject {
    /// The UUID, in any case, with or without hyphens.
    #[default]
    Uuid,
    /// The name, letter for letter.
    Username,
}

named!(WhitelistSubject, "subject", { Uuid => "uuid", Username => "username" });

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
        }
    }
}
