//! Text forms of durations, networks, keys and other open values.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use hyrouter_discovery::Selector;
use hyrouter_referral::Secret;
use hyrouter_router::{BackendKey, HostPattern};
use ipnet::IpNet;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::TextForm;
use crate::format::{
    build_range, dns_server, name, network, positive_duration, public_key, timestamp, uuid,
};
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

/// The address of a DNS server, whose port may be absent.
pub(crate) enum DnsServerText {}

/// A label expression of Kubernetes.
pub(crate) enum SelectorText {}

/// A pattern of the names in tickets.
pub(crate) enum TextPattern {}

fn keyword(name: &str) -> Map<String, Value> {
    Map::from_iter([("format".to_owned(), name.into())])
}

/// Implements the form of values with a `format`, a function that reads and one that writes.
macro_rules! forms {
    ($($form:ty = $format:expr, of $value:ty: $read:expr, $write:expr;)+) => {$(
        impl TextForm for $form {
            type Value = $value;

            fn keywords() -> Map<String, Value> {
                keyword($format)
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
    GoDuration = name::GO_DURATION, of Duration: duration::parse, duration::to_text;
    PositiveDuration = name::GO_DURATION_POSITIVE, of Duration: positive_duration, duration::to_text;
    ListenAddr = name::LISTEN_ADDRESS, of ListenAddr: listen::parse, Clone::clone;
    SocketAddr = name::LISTEN_ADDRESS, of SocketAddr: |text| Some(listen::parse(text)?.addr), Clone::clone;
    Alpn = name::ALPN, of String: |text| Some(text.trim().to_owned()), Clone::clone;
    IpNet = name::NETWORK, of IpNet: network, Clone::clone;
    BuildRangeText = name::BUILD_RANGE, of RangeInclusive<i32>: build_range, |range| {
        format!("{}..{}", range.start(), range.end())
    };
    SystemTime = name::TIMESTAMP, of SystemTime: timestamp, timestamp_text;
    Uuid = name::UUID, of Uuid: uuid, Clone::clone;
    BackendKey = name::BACKEND_KEY, of BackendKey: |text| text.trim().parse().ok(), Clone::clone;
    DnsServerText = name::DNS_SERVER, of SocketAddr: dns_server, Clone::clone;
    SelectorText = name::LABEL_SELECTOR, of Selector: |text| text.parse().ok(), Clone::clone;
    TextPattern = name::TEXT_PATTERN, of HostPattern: |text| text.trim().parse().ok(), Clone::clone;
    PublicKeyText = name::PUBLIC_KEY, of [u8; 32]: public_key, |key| format!("hex:{}", hex::encode(key));
}

impl TextForm for Secret {
    type Value = Self;

    fn keywords() -> Map<String, Value> {
        let mut keywords = keyword(name::SECRET);
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

/// Writes a time as RFC 3339, in UTC.
pub(crate) fn timestamp_text(time: &SystemTime) -> String {
    let written = OffsetDateTime::from(*time).format(&Rfc3339);
    written.unwrap_or_else(|_| format!("{time:?}"))
}
