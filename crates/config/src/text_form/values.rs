//! Text forms of durations, networks, keys and other open values.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use hyrouter_referral::Secret;
use hyrouter_router::{BackendKey, HostPattern};
use ipnet::IpNet;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::TextForm;
use crate::format::{build_range, network, public_key, timestamp, uuid};
use crate::{ListenAddr, duration, listen};

/// A duration. Zero is allowed.
pub(crate) enum GoDuration {}

/// A duration above zero.
pub(crate) enum PositiveDuration {}

/// The name of an application protocol.
pub(crate) enum Alpn {}

/// A range of builds, both ends included.
pub(crate) enum BuildRangeText {}

/// An Ed25519 public key.
pub(crate) enum PublicKeyText {}

/// A pattern of the names in tickets.
pub(crate) enum TextPattern {}

fn format(name: &str) -> Map<String, Value> {
    Map::from_iter([("format".to_owned(), name.into())])
}

/// Implements the form of values with a `format`, a function that reads and one that writes.
macro_rules! forms {
    ($($form:ty = $format:literal of $value:ty: $read:expr, $write:expr;)+) => {$(
        impl TextForm for $form {
            type Value = $value;

            fn keywords() -> Map<String, Value> {
                format($format)
            }

            fn read(text: &str) -> Option<$value> {
                let read: fn(&str) -> Option<$value> = $read;
                read(text)
            }

            fn write(value: &$value) -> impl Display {
                let write: fn(&$value) -> _ = $write;
                write(value)
            }
        }
    )+};
}

forms! {
    GoDuration = "go-duration" of Duration: duration::parse, duration_text;
    PositiveDuration = "go-duration-positive" of Duration: duration::parse, duration_text;
    ListenAddr = "listen-address" of ListenAddr: listen::parse, Clone::clone;
    SocketAddr = "listen-address" of SocketAddr: |text| Some(listen::parse(text)?.addr), Clone::clone;
    Alpn = "alpn" of String: |text| Some(text.trim().to_owned()), Clone::clone;
    IpNet = "network" of IpNet: network, Clone::clone;
    BuildRangeText = "build-range" of RangeInclusive<i32>: build_range, |range| {
        format!("{}..{}", range.start(), range.end())
    };
    SystemTime = "timestamp" of SystemTime: timestamp, timestamp_text;
    Uuid = "uuid" of Uuid: uuid, Clone::clone;
    BackendKey = "backend-key" of BackendKey: |text| text.trim().parse().ok(), Clone::clone;
    TextPattern = "text-pattern" of HostPattern: |text| text.trim().parse().ok(), Clone::clone;
    PublicKeyText = "public-key" of [u8; 32]: public_key, |key| format!("hex:{}", hex::encode(key));
}

impl TextForm for Secret {
    type Value = Self;

    fn keywords() -> Map<String, Value> {
        let mut keywords = format("secret");
        keywords.insert("writeOnly".to_owned(), true.into());
        keywords
    }

    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }

    /// Writes no secret.
    fn write(_: &Self) -> impl Display {
        "(secret)"
    }
}

impl TextForm for PathBuf {
    type Value = Self;

    fn keywords() -> Map<String, Value> {
        Map::new()
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn write(value: &Self) -> impl Display {
        value.display()
    }
}

/// Writes a duration as a whole number of the largest unit that fits, such as `90s`.
pub(crate) fn duration_text(duration: &Duration) -> String {
    let nanos = duration.as_nanos();
    let units = [
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
    ];
    let unit = units
        .into_iter()
        .find(|(_, unit)| nanos.is_multiple_of(*unit));
    match unit {
        _ if nanos == 0 => "0s".to_owned(),
        Some((name, unit)) => format!("{}{name}", nanos / unit),
        None => format!("{nanos}ns"),
    }
}

/// Writes a time as RFC 3339, in UTC.
pub(crate) fn timestamp_text(time: &SystemTime) -> String {
    let written = OffsetDateTime::from(*time).format(&Rfc3339);
    written.unwrap_or_else(|_| format!("{time:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_durations_can_be_read() {
        for text in ["0s", "90s", "2h", "5m", "250ms", "7us", "1ns", "61m"] {
            assert_eq!(duration_text(&duration::parse(text).unwrap()), text);
        }
    }
}
