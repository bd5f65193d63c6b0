//! One finished connection.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use crate::{BackendAddress, ErrorText};

/// One finished connection, for logs, sinks, traces and metrics. JSON leaves out absent values, and uses the names of
/// the log.
///
/// Contains no name, UUID or token of a player. `host` is the SNI that the client sent, so it may be anything.
// Not `non_exhaustive`: a caller that fills it in must not forget a field.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DecisionRecord<'a> {
    /// End of the connection: RFC 3339 in UTC, with milliseconds.
    #[serde(serialize_with = "rfc3339")]
    pub time: SystemTime,
    /// Number of the connection, unique within the process.
    pub connection: u64,
    /// Outcome of the connection.
    pub outcome: DecisionOutcome,
    /// Reason of the outcome, as a stable code.
    pub reason: &'static str,
    /// Host name (SNI) that the client sent, at most 255 bytes; empty without one.
    pub host: &'a str,
    /// Route that the player matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<&'a str>,
    /// Backend that the player was sent to, as `host:port`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<BackendAddress<'a>>,
    /// Remarks about plugins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugins: Option<&'a str>,
    /// Result of the check of the identity token, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<&'static str>,
    /// Result of the check of the referral data that the client sent, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<&'static str>,
    /// Generation of the protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<&'static str>,
    /// Build of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<i32>,
    /// Fault of the `Connect` packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorText<'a>>,
    /// Language of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<&'a str>,
    /// ALPN of the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpn: Option<&'a str>,
    /// Time from the first datagram to the end of the handshake; microseconds in JSON.
    #[serde(rename = "handshake_us", serialize_with = "micros")]
    pub handshake: Duration,
    /// Time from there until the first frame was read; microseconds in JSON.
    #[serde(rename = "connect_us", serialize_with = "micros")]
    pub connect: Duration,
    /// Time from there until the decision was made; microseconds in JSON.
    #[serde(rename = "decision_us", serialize_with = "micros")]
    pub decision: Duration,
    /// Total time; microseconds in JSON.
    #[serde(rename = "total_us", serialize_with = "micros")]
    pub total: Duration,
    /// Address of the client. `None` unless the operator enables client addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<IpAddr>,
}

impl DecisionRecord<'_> {
    /// Returns a record of a connection without `Connect`, response and durations.
    pub fn new(
        time: SystemTime,
        connection: u64,
        outcome: DecisionOutcome,
        reason: &'static str,
    ) -> Self {
        Self {
            time,
            connection,
            outcome,
            reason,
            host: "",
            route: None,
            backend: None,
            plugins: None,
            identity: None,
            ticket: None,
            generation: None,
            build: None,
            error: None,
            language: None,
            alpn: None,
            handshake: Duration::ZERO,
            connect: Duration::ZERO,
            decision: Duration::ZERO,
            total: Duration::ZERO,
            client: None,
        }
    }
}

/// Outcome of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DecisionOutcome {
    /// The player was sent to a backend.
    Referral,
    /// The player was refused.
    Disconnect,
    /// The connection ended without a response packet.
    Closed,
}

impl DecisionOutcome {
    /// All outcomes.
    pub const ALL: [Self; 3] = [Self::Referral, Self::Disconnect, Self::Closed];

    /// Returns the name in JSON, logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::Disconnect => "disconnect",
            Self::Closed => "closed",
        }
    }
}

/// Returns a duration in whole microseconds, the unit of the log.
pub fn as_micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn micros<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(as_micros(*duration))
}

/// Writes a time as `2026-01-31T12:00:00.123Z`. A time outside the years 0 to 9999 becomes 1970.
fn rfc3339<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    let nanos = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(0),
        Err(before) => i128::try_from(before.duration().as_nanos()).map_or(0, |nanos| -nanos),
    };
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .filter(|time| (0..=9999).contains(&time.year()))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, clock) = (time.date(), time.time());
    serializer.collect_str(&format_args!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        clock.millisecond(),
    ))
}
