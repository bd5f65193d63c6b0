//! Backends judged from the text, one backend and one player at a time, with the reason when one is no candidate.

use std::{sync::Arc, time::SystemTime};

use uuid::Uuid;

use super::{Removal, RemovedBy, Seen};
use crate::{
    Backend, Filter, HostTemplate, Key, Request, Subject, Switch,
    filter::{Start, read_list},
};

/// The host that the player would be referred to, or the first thing that keeps the backend from this player.
pub(super) fn check(
    filters: &[Filter],
    backend: &Arc<Backend>,
    captured: &[String],
    request: &Request<'_>,
    now: SystemTime,
) -> Result<String, Box<Removal>> {
    let removal = |by, why, seen| {
        Box::new(Removal {
            backend: Arc::clone(backend),
            by,
            why,
            seen,
        })
    };
    if backend.drained {
        return Err(removal(
            RemovedBy::Drain,
            "it takes no more players",
            Vec::new(),
        ));
    }
    // The check of the specification lets no malformed captures through.
    let host = match HostTemplate::parse(&backend.host).ok().flatten() {
        None => backend.host.clone(),
        Some(template) => template.expand(captured).ok_or_else(|| {
            let filled = Seen {
                what: "host".to_owned(),
                value: Some(template.fill(captured)),
            };
            removal(
                RemovedBy::Capture,
                "what the pattern took makes no host name",
                vec![filled],
            )
        })?,
    };
    for (index, filter) in filters.iter().enumerate() {
        if let Some(why) = failure(filter, backend, request, now) {
            let filter = filter.clone();
            let seen = seen(&filter, backend, request);
            return Err(removal(RemovedBy::Filter { index, filter }, why, seen));
        }
    }
    Ok(host)
}

fn failure(
    filter: &Filter,
    backend: &Backend,
    request: &Request<'_>,
    now: SystemTime,
) -> Option<&'static str> {
    match filter {
        Filter::Compare { left, op, right } => {
            match (left.number(backend), right.number(backend)) {
                (None, _) => Some("the left value is missing or no number"),
                (_, None) => Some("the right value is missing or no number"),
                (Some(left), Some(right)) => {
                    (!op.holds(left, right)).then_some("the comparison does not hold")
                }
            }
        }
        Filter::Whitelist {
            enabled_key,
            list_key,
            subject,
            verified,
        } => {
            match Switch::read(enabled_key.entry_or_value(backend).as_deref()) {
                Switch::On => {}
                Switch::Off => return None,
                Switch::Unreadable => return Some("the switch is neither on nor off"),
            }
            let Some(names) = list_key
                .entry_or_value(backend)
                .and_then(|text| read_list(&text))
            else {
                return Some("the list is missing or unreadable");
            };
            let listed = match subject {
                Subject::Uuid => request
                    .uuid
                    .map(|uuid| names.iter().any(|name| Uuid::try_parse(name) == Ok(uuid))),
                Subject::Username => request
                    .username
                    .map(|player| names.iter().any(|name| name == player)),
            };
            match listed {
                _ if *verified && !request.verified => Some("the player is not verified"),
                None => Some("the player's name or UUID is not known"),
                Some(false) => Some("the player is not on the list"),
                Some(true) => None,
            }
        }
        Filter::Identity { verified } => match (verified, request.verified) {
            (true, false) => Some("the player is not verified"),
            (false, true) => Some("the player is verified"),
            _ => None,
        },
        Filter::GameStartNotPast { key } => {
            match Start::read(key.entry_or_value(backend).as_deref()) {
                Start::Open => None,
                Start::At(time) => (time <= now).then_some("the game has begun"),
                Start::Unreadable => Some("the value is no time"),
            }
        }
    }
}

/// The values that a filter looks at.
fn seen(filter: &Filter, backend: &Backend, request: &Request<'_>) -> Vec<Seen> {
    let of_backend = |key: &Key| Seen {
        what: key.to_string(),
        value: key.value(backend).map(String::from),
    };
    match filter {
        Filter::Compare { left, right, .. } => vec![of_backend(left), of_backend(right)],
        Filter::Identity { .. } => vec![of_identity(request)],
        Filter::GameStartNotPast { key } => vec![of_backend(key)],
        Filter::Whitelist {
            enabled_key,
            list_key,
            subject,
            verified,
        } => {
            let player = Seen {
                what: format!("player's {subject}"),
                value: match subject {
                    Subject::Uuid => request.uuid.map(|uuid| uuid.to_string()),
                    Subject::Username => request.username.map(str::to_owned),
                },
            };
            let mut seen = vec![of_backend(enabled_key), of_backend(list_key), player];
            if *verified {
                seen.push(of_identity(request));
            }
            seen
        }
    }
}

pub(super) fn of_identity(request: &Request<'_>) -> Seen {
    Seen {
        what: "player verified".to_owned(),
        value: Some(request.verified.to_string()),
    }
}
