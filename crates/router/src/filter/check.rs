//! Filters applied to a backend: first without a player, then the part that depends on the player or the time.

use std::{collections::HashSet, time::SystemTime};

use uuid::Uuid;

use super::{
    Filter, NamePatterns, WhitelistSubject,
    values::{GameStart, read_list},
};
use crate::{Backend, RouteRequest, Switch};

/// The part of a filter on one backend that depends on the player or the time.
#[derive(Debug)]
pub(crate) enum RuntimeCheck {
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
    Names(NamePatterns),
}

/// The result of a filter on one backend before a player is known.
enum Verdict {
    Passes,
    Fails(&'static str),
    Depends(RuntimeCheck),
}

/// Returns the checks of a backend that remain for each player; none when some filter never passes.
pub(crate) fn runtime_checks(filters: &[Filter], backend: &Backend) -> Option<Box<[RuntimeCheck]>> {
    let mut checks = Vec::new();
    for filter in filters {
        match filter.verdict(backend) {
            Verdict::Passes => {}
            Verdict::Fails(_) => return None,
            Verdict::Depends(check) => checks.push(check),
        }
    }
    Some(checks.into())
}

impl Filter {
    /// Returns why the backend does not pass for this player at this time; none when it passes. For explanations: it
    /// consists of the parts that decide, but does the work of all of them for one player.
    pub(crate) fn failure(
        &self,
        backend: &Backend,
        request: &RouteRequest<'_>,
        now: SystemTime,
    ) -> Option<&'static str> {
        match self.verdict(backend) {
            Verdict::Passes => None,
            Verdict::Fails(why) => Some(why),
            Verdict::Depends(check) => check.failure(request, now),
        }
    }

    fn verdict(&self, backend: &Backend) -> Verdict {
        match self {
            Self::Compare { left, op, right } => {
                match (left.number(backend), right.number(backend)) {
                    (None, _) => Verdict::Fails("the left value is missing or no number"),
                    (_, None) => Verdict::Fails("the right value is missing or no number"),
                    (Some(left), Some(right)) if op.holds(left, right) => Verdict::Passes,
                    _ => Verdict::Fails("the comparison does not hold"),
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
                    Switch::Unreadable => {
                        return Verdict::Fails("the switch is neither on nor off");
                    }
                }
                let list = list_key.entry_or_value(backend);
                let Some(names) = list.and_then(|text| read_list(&text)) else {
                    return Verdict::Fails("the list is missing or unreadable");
                };
                Verdict::Depends(match subject {
                    WhitelistSubject::Uuid => RuntimeCheck::Uuids {
                        listed: names
                            .iter()
                            .filter_map(|name| Uuid::try_parse(name).ok())
                            .collect(),
                        verified,
                    },
                    WhitelistSubject::Username => RuntimeCheck::Usernames {
                        listed: names.into_iter().map(String::into_boxed_str).collect(),
                        verified,
                    },
                })
            }
            Self::Identity { verified } => Verdict::Depends(RuntimeCheck::Verified(*verified)),
            Self::GameStartNotPast { key } => {
                match GameStart::read(key.entry_or_value(backend).as_deref()) {
                    GameStart::Open => Verdict::Passes,
                    GameStart::At(time) => Verdict::Depends(RuntimeCheck::StartsAt(time)),
                    GameStart::Unreadable => Verdict::Fails("the value is no time"),
                }
            }
            Self::Hostname { key } => {
                let Some(text) = key.value(backend) else {
                    return Verdict::Fails("the backend has no patterns of host names");
                };
                match NamePatterns::read(&text) {
                    Some(patterns) => Verdict::Depends(RuntimeCheck::Names(patterns)),
                    None => Verdict::Fails("no pattern of the backend is readable"),
                }
            }
        }
    }
}

impl RuntimeCheck {
    /// Returns the patterns of a filter `hostname`; none for other filters.
    pub(crate) const fn names(&self) -> Option<&NamePatterns> {
        match self {
            Self::Names(patterns) => Some(patterns),
            _ => None,
        }
    }

    /// Returns why the check fails; none when it holds.
    pub(crate) fn failure(
        &self,
        request: &RouteRequest<'_>,
        now: SystemTime,
    ) -> Option<&'static str> {
        match self {
            Self::Uuids { listed, verified } => {
                let is_listed = || Some(listed.contains(&request.uuid?));
                whitelist_failure(*verified, request, is_listed)
            }
            Self::Usernames { listed, verified } => {
                let is_listed = || Some(listed.contains(request.username?));
                whitelist_failure(*verified, request, is_listed)
            }
            Self::Verified(true) => (!request.verified).then_some("the player is not verified"),
            Self::Verified(false) => request.verified.then_some("the player is verified"),
            Self::StartsAt(time) => (*time <= now).then_some("the game has begun"),
            Self::Names(patterns) => (!patterns.match_host(request.host))
                .then_some("the player's host name matches no pattern of the backend"),
        }
    }
}

fn whitelist_failure(
    verified: bool,
    request: &RouteRequest<'_>,
    is_listed: impl FnOnce() -> Option<bool>,
) -> Option<&'static str> {
    if verified && !request.verified {
        return Some("the player is not verified");
    }
    match is_listed() {
        None => Some("the player's name or UUID is not known"),
        Some(false) => Some("the player is not on the list"),
        Some(true) => None,
    }
}
