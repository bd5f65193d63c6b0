//! What a backend must fulfil to be a candidate.

use std::{
    collections::HashSet,
    fmt,
    time::{Duration, SystemTime},
};

use uuid::Uuid;

use crate::{Backend, Key, Request, Switch, named::named, number::Number};

/// What a backend must fulfil to be a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Both values are numbers and the comparison holds; a missing one fails.
    Compare {
        /// Left side.
        left: Key,
        /// The comparison.
        op: CompareOp,
        /// Right side, a key like the left one.
        right: Key,
    },
    /// A backend that has a whitelist switched on takes only the players on it.
    ///
    /// `enabled_key` is a [`Switch`]. When it is on, the list must be there, be readable and hold the subject, and the
    /// subject must be known. When it cannot be read, the backend takes no player.
    ///
    /// Names and UUIDs that are not [verified](crate::Request::verified) are what a client says: anybody can be on a
    /// list then, unless `verified` is asked for.
    Whitelist {
        /// Switches the whitelist on.
        enabled_key: Key,
        /// The list: a JSON array of strings, or comma separated with blanks around the entries ignored.
        list_key: Key,
        /// What the list holds.
        subject: Subject,
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
        key: Key,
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
pub enum Subject {
    /// The UUID, in any case, with or without hyphens.
    #[default]
    Uuid,
    /// The name, letter for letter.
    Username,
}

named!(Subject, "subject", { Uuid => "uuid", Username => "username" });

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

/// The part of a filter on one backend that depends on the player or the time.
#[derive(Debug)]
pub(crate) enum Gate {
    Uuids {
        listed: HashSet<Uuid>,
        verified: bool,
    },
    Usernames {
        listed: HashSet<Box<str>>,
        verified: bool,
    },
    Verified(bool),
    StartsAt(SystemTime),
}

/// What a filter says of one backend before any player came.
enum Verdict {
    Passes,
    Fails,
    Depends(Gate),
}

/// What is left to ask of a backend per player; nothing when some filter never lets it through.
pub(crate) fn gates(filters: &[Filter], backend: &Backend) -> Option<Box<[Gate]>> {
    let mut gates = Vec::new();
    for filter in filters {
        match filter.verdict(backend) {
            Verdict::Passes => {}
            Verdict::Fails => return None,
            Verdict::Depends(gate) => gates.push(gate),
        }
    }
    Some(gates.into())
}

impl Filter {
    fn verdict(&self, backend: &Backend) -> Verdict {
        match self {
            Self::Compare { left, op, right } => {
                match (left.number(backend), right.number(backend)) {
                    (Some(left), Some(right)) if op.holds(left, right) => Verdict::Passes,
                    _ => Verdict::Fails,
                }
            }
            Self::Whitelist {
                enabled_key,
                list_key,
                subject,
                verified,
            } => {
                let verified = *verified;
                match Switch::read(enabled_key.entry_or_value(backend).as_deref()) {
                    Switch::On => {}
                    Switch::Off => return Verdict::Passes,
                    Switch::Unreadable => return Verdict::Fails,
                }
                let Some(names) = list_key
                    .entry_or_value(backend)
                    .and_then(|text| read_list(&text))
                else {
                    return Verdict::Fails;
                };
                Verdict::Depends(match subject {
                    Subject::Uuid => Gate::Uuids {
                        listed: names
                            .iter()
                            .filter_map(|name| Uuid::try_parse(name).ok())
                            .collect(),
                        verified,
                    },
                    Subject::Username => Gate::Usernames {
                        listed: names.into_iter().map(String::into_boxed_str).collect(),
                        verified,
                    },
                })
            }
            Self::Identity { verified } => Verdict::Depends(Gate::Verified(*verified)),
            Self::GameStartNotPast { key } => {
                match Start::read(key.entry_or_value(backend).as_deref()) {
                    Start::Open => Verdict::Passes,
                    Start::At(time) => Verdict::Depends(Gate::StartsAt(time)),
                    Start::Unreadable => Verdict::Fails,
                }
            }
        }
    }
}

impl Gate {
    pub(crate) fn admits(&self, request: &Request<'_>, now: SystemTime) -> bool {
        match self {
            Self::Uuids { listed, verified } => {
                request.verified >= *verified
                    && request.uuid.is_some_and(|uuid| listed.contains(&uuid))
            }
            Self::Usernames { listed, verified } => {
                request.verified >= *verified
                    && request.username.is_some_and(|name| listed.contains(name))
            }
            Self::Verified(verified) => request.verified == *verified,
            Self::StartsAt(time) => *time > now,
        }
    }
}

/// The entries of a list; nothing when it begins like JSON and is no array of strings.
///
/// Empty entries are left out: they come from stray commas, and nobody's name is empty.
pub(crate) fn read_list(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let mut names: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text).ok()?
    } else {
        text.split(',').map(|name| name.trim().to_owned()).collect()
    };
    names.retain(|name| !name.is_empty());
    Some(names)
}

/// When a game begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// Not planned, or later than any clock can show.
    Open,
    At(SystemTime),
    Unreadable,
}

impl Start {
    /// Numbers from here on are milliseconds; as seconds it would be the year 2286.
    const MILLIS_FROM: u64 = 10_000_000_000;

    pub(crate) fn read(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default().trim();
        if matches!(text, "" | "-1") {
            return Self::Open;
        }
        match text.parse::<i64>().map(u64::try_from) {
            Ok(Ok(seconds)) if seconds < Self::MILLIS_FROM => {
                Self::at(Duration::from_secs(seconds))
            }
            Ok(Ok(millis)) => Self::at(Duration::from_millis(millis)),
            // A time before 1970 is past, whatever the clock says.
            Ok(Err(_)) => Self::At(SystemTime::UNIX_EPOCH),
            Err(_) => Self::Unreadable,
        }
    }

    fn at(since_epoch: Duration) -> Self {
        SystemTime::UNIX_EPOCH
            .checked_add(since_epoch)
            .map_or(Self::Open, Self::At)
    }
}
