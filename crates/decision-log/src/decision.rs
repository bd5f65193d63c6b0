//! One decision, as a line of JSON says it.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

/// One decision. What is absent is left out of the JSON; names and meanings are those of the line in the log.
///
/// It holds no player's name, UUID or token. `host` is what the client sent as SNI, so it may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Decision {
    /// When it was made: RFC 3339 in UTC, with milliseconds.
    #[serde(serialize_with = "rfc3339")]
    pub time: SystemTime,
    /// Number of the connection, unique as long as the process lives.
    pub connection: u64,
    /// How the connection ended.
    pub outcome: Outcome,
    /// Why, as a stable code.
    pub reason: &'static str,
    /// The SNI as it was sent, at most 255 bytes; empty where none was.
    pub host: String,
    /// The route that led here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<Arc<str>>,
    /// Where the player was sent, as `host:port`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// What there is to say of plugins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugins: Option<Box<str>>,
    /// What was made of the identity token, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<&'static str>,
    /// What was made of the referral data that the client brought, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<&'static str>,
    /// Generation of the protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<&'static str>,
    /// Build of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<i32>,
    /// What is wrong with the `Connect` that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Language of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// ALPN of the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpn: Option<String>,
    /// From the first datagram to the end of the handshake, in microseconds.
    pub handshake_us: u64,
    /// From there until the first frame was read, in microseconds.
    pub connect_us: u64,
    /// From there until there was an answer, in microseconds.
    pub decision_us: u64,
    /// All of it, in microseconds.
    pub total_us: u64,
    /// Address of the client. None unless the operator lets it into logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<IpAddr>,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// The player was sent to a backend.
    Referral,
    /// The player was refused.
    Disconnect,
    /// No packet was possible.
    Closed,
}

impl Outcome {
    /// As it stands in the JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::Disconnect => "disconnect",
            Self::Closed => "closed",
        }
    }
}

impl Decision {
    /// A decision with what each has. The rest is empty and can be set.
    pub fn new(time: SystemTime, connection: u64, outcome: Outcome, reason: &'static str) -> Self {
        Self {
            time,
            connection,
            outcome,
            reason,
            host: String::new(),
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
            handshake_us: 0,
            connect_us: 0,
            decision_us: 0,
            total_us: 0,
            client: None,
        }
    }
}

/// `2026-01-31T12:00:00.123Z`. A clock outside the years 0 to 9999 reads as 1970.
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
    let mut text = String::with_capacity(24);
    write!(
        text,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        clock.millisecond(),
    )
    .map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&text)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Decision, Outcome};

    fn at(time: SystemTime) -> Decision {
        Decision::new(time, 1, Outcome::Closed, "timeout")
    }

    #[test]
    fn what_is_absent_is_left_out() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_769_860_800_007);
        assert_eq!(
            serde_json::to_string(&at(time)).unwrap(),
            "{\"time\":\"2026-01-31T12:00:00.007Z\",\"connection\":1,\"outcome\":\"closed\",\
             \"reason\":\"timeout\",\"host\":\"\",\"handshake_us\":0,\"connect_us\":0,\"decision_us\":0,\
             \"total_us\":0}"
        );
    }

    #[test]
    fn what_is_there_is_flat_and_named_as_in_the_log() {
        let mut decision = Decision::new(SystemTime::UNIX_EPOCH, 9, Outcome::Referral, "referred");
        decision.host = "a\"\n\u{1b}.example".to_owned();
        decision.route = Some("lobby".into());
        decision.backend = Some("[2001:db8::1]:5520".to_owned());
        decision.plugins = Some("a: failed".into());
        decision.identity = Some("verified");
        decision.ticket = Some("valid");
        decision.generation = Some("g4");
        decision.build = Some(-77);
        decision.error = Some("too long".to_owned());
        decision.language = Some("de".to_owned());
        decision.alpn = Some("hytale/2".to_owned());
        decision.handshake_us = 1;
        decision.connect_us = 2;
        decision.decision_us = 3;
        decision.total_us = u64::MAX;
        decision.client = Some("2001:db8::2".parse().unwrap());
        let line = serde_json::to_string(&decision).unwrap();
        assert!(!line.contains(char::is_control), "{line}");
        let wanted = serde_json::json!({
            "time": "1970-01-01T00:00:00.000Z",
            "connection": 9,
            "outcome": "referral",
            "reason": "referred",
            "host": "a\"\n\u{1b}.example",
            "route": "lobby",
            "backend": "[2001:db8::1]:5520",
            "plugins": "a: failed",
            "identity": "verified",
            "ticket": "valid",
            "generation": "g4",
            "build": -77,
            "error": "too long",
            "language": "de",
            "alpn": "hytale/2",
            "handshake_us": 1,
            "connect_us": 2,
            "decision_us": 3,
            "total_us": u64::MAX,
            "client": "2001:db8::2",
        });
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value, wanted);
    }

    #[test]
    fn outcomes_read_the_same_everywhere() {
        for outcome in [Outcome::Referral, Outcome::Disconnect, Outcome::Closed] {
            let json = serde_json::to_value(outcome).unwrap();
            assert_eq!(json.as_str(), Some(outcome.as_str()));
        }
    }

    #[test]
    fn no_clock_is_too_wrong() {
        let last_second = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
        for (time, wanted) in [
            (
                SystemTime::UNIX_EPOCH - Duration::from_millis(1),
                "1969-12-31T23:59:59.999Z",
            ),
            (last_second, "9999-12-31T23:59:59.000Z"),
            (
                last_second + Duration::from_secs(1),
                "1970-01-01T00:00:00.000Z",
            ),
            (
                SystemTime::UNIX_EPOCH - Duration::from_secs(100_000_000_000),
                "1970-01-01T00:00:00.000Z",
            ),
        ] {
            let value = serde_json::to_value(at(time)).unwrap();
            assert_eq!(value["time"], wanted);
        }
    }
}
