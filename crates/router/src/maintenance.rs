//! Maintenance of pools.

use std::{fmt, time::SystemTime};

use ipnet::IpNet;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::RouteRequest;

/// A maintenance, during which a pool takes only listed players. The default is always active and has empty lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maintenance {
    /// Begin; none when it has begun.
    pub from: Option<SystemTime>,
    /// End, exclusive; none when it lasts until it is removed.
    pub until: Option<SystemTime>,
    /// Players that may enter anyway.
    pub allow: Allow,
}

/// Players that may enter during a maintenance: the players on one of the lists. The default has none.
///
/// Names and UUIDs that are not [verified](RouteRequest::verified) are claims that any client can make. An address is
/// no claim: the handshake has proven it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allow {
    /// Players by UUID.
    pub uuids: Vec<Uuid>,
    /// Players by name. ASCII letters compare case-insensitively.
    pub usernames: Vec<String>,
    /// Networks of client addresses. An IPv4-mapped IPv6 address counts as the IPv4 address.
    pub networks: Vec<IpNet>,
    /// `true` if names and UUIDs count only for verified players.
    pub verified_only: bool,
}

/// The effect of a maintenance on one player at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) in_force: bool,
    /// `true` if the maintenance keeps the player out.
    pub(crate) bars: bool,
    pub(crate) why: &'static str,
}

impl Maintenance {
    /// Returns whether it is active at this time.
    pub fn in_force(&self, now: SystemTime) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }

    /// Returns whether it keeps this player out at this time.
    pub fn bars(&self, request: &RouteRequest<'_>, now: SystemTime) -> bool {
        self.judge(request, now).bars
    }

    pub(crate) fn judge(&self, request: &RouteRequest<'_>, now: SystemTime) -> Judgement {
        let over = |why| Judgement {
            in_force: false,
            bars: false,
            why,
        };
        if self.from.is_some_and(|from| now < from) {
            return over("it has not begun");
        }
        if self.until.is_some_and(|until| until <= now) {
            return over("it is over");
        }
        let (bars, why) = match self.allow.judge(request) {
            Ok(why) => (false, why),
            Err(why) => (true, why),
        };
        Judgement {
            in_force: true,
            bars,
            why,
        }
    }
}

impl Allow {
    /// Returns whether all lists are empty.
    pub fn is_empty(&self) -> bool {
        self.uuids.is_empty() && self.usernames.is_empty() && self.networks.is_empty()
    }

    /// Returns the reason why the player may enter, or as an error the reason why not.
    fn judge(&self, request: &RouteRequest<'_>) -> Result<&'static str, &'static str> {
        if self.is_empty() {
            return Err("the lists are empty");
        }
        let ip = request.client.ip.map(|ip| ip.to_canonical());
        if ip.is_some_and(|ip| self.networks.iter().any(|network| network.contains(&ip))) {
            return Ok("the player's address may enter");
        }
        let by_uuid = request.uuid.is_some_and(|uuid| self.uuids.contains(&uuid));
        let by_name = request.username.is_some_and(|name| {
            self.usernames
                .iter()
                .any(|listed| listed.eq_ignore_ascii_case(name))
        });
        match (by_uuid, by_name) {
            (false, false) => Err("the player is on no list"),
            _ if self.verified_only && !request.verified => Err("the player is not verified"),
            (true, _) => Ok("the player's UUID may enter"),
            (false, true) => Ok("the player's name may enter"),
        }
    }
}

/// Writes the period: `maintenance from 2026-12-01T00:00:00Z until 2026-12-01T02:00:00Z`.
impl fmt::Display for Maintenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("maintenance")?;
        if let Some(from) = self.from {
            write!(f, " from {}", moment(from))?;
        }
        if let Some(until) = self.until {
            write!(f, " until {}", moment(until))?;
        }
        Ok(())
    }
}

/// Writes a time as of RFC 3339 in UTC, or in seconds since 1970 if it has no such form.
pub(crate) fn moment(at: SystemTime) -> String {
    let since_epoch = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(since_epoch).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_else(|| since_epoch.to_string())
}
