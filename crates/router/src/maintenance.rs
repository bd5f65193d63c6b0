//! A pool that is closed for a while, and who may enter nevertheless.

use std::{fmt, time::SystemTime};

use ipnet::IpNet;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::RouteRequest;

/// A pool is closed for maintenance. The default is in force at all times and lets nobody in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maintenance {
    /// When it begins; none: it has begun.
    pub from: Option<SystemTime>,
    /// The first moment after it; none: it goes on until it is taken away.
    pub until: Option<SystemTime>,
    /// Who may enter all the same.
    pub allow: Allow,
}

/// Who may enter during a maintenance: everybody whom one of the lists has. The default is nobody.
///
/// Names and UUIDs that are not [verified](RouteRequest::verified) are what a client says, and anybody can say them. An
/// address is nobody's claim: a handshake came from there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allow {
    /// Players by UUID.
    pub uuids: Vec<Uuid>,
    /// Players by name; the case of ASCII letters does not count.
    pub usernames: Vec<String>,
    /// Networks that clients connect from. An IPv4 address within IPv6 counts as the IPv4 address.
    pub networks: Vec<IpNet>,
    /// Whether names and UUIDs count of verified players only.
    pub verified_only: bool,
}

/// How a maintenance goes for one player at one time, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) in_force: bool,
    /// Whether the player is kept out.
    pub(crate) bars: bool,
    pub(crate) why: &'static str,
}

impl Maintenance {
    /// Whether it is going on at this time.
    pub fn in_force(&self, now: SystemTime) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }

    /// Whether it keeps this player out at this time.
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
    /// Whether nobody may enter.
    pub fn is_empty(&self) -> bool {
        self.uuids.is_empty() && self.usernames.is_empty() && self.networks.is_empty()
    }

    /// By what the player may enter, or why not.
    fn judge(&self, request: &RouteRequest<'_>) -> Result<&'static str, &'static str> {
        if self.is_empty() {
            return Err("nobody may enter");
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

/// When it is, as operators write it: `from 2026-12-01T00:00:00Z until 2026-12-01T02:00:00Z`.
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

/// A time as of RFC 3339, in UTC. One that has no such text is shown in seconds since 1970.
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
