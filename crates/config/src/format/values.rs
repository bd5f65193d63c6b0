use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ipnet::IpNet;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::without_brackets;
use crate::duration;

/// Base64 with optional padding, as in secrets.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Parses a duration above zero.
pub(crate) fn positive_duration(text: &str) -> Option<Duration> {
    duration::parse(text).filter(|duration| !duration.is_zero())
}

/// Parses the address of a DNS server, whose port is 53 unless it is written.
pub(crate) fn dns_server(text: &str) -> Option<SocketAddr> {
    const PORT: u16 = 53;
    let text = text.trim();
    let bare = without_brackets(text).parse::<IpAddr>();
    bare.map(|ip| SocketAddr::new(ip, PORT))
        .or_else(|_| text.parse())
        .ok()
        .filter(|server| server.port() > 0)
}

/// Returns the 32 bytes of an Ed25519 public key.
pub(crate) fn public_key(text: &str) -> Option<[u8; 32]> {
    let (form, digits) = text.trim().split_once(':')?;
    let bytes = match form.to_ascii_lowercase().as_str() {
        "base64" => BASE64.decode(digits.trim()).ok()?,
        "hex" => hex::decode(digits.trim()).ok()?,
        _ => return None,
    };
    bytes.try_into().ok()
}

/// Parses a network, or an address as a network of one address.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(address)
}

/// Parses a UUID with or without hyphens, in any case.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text.trim()).ok()
}

/// Parses a range of builds, both ends included.
pub(crate) fn build_range(text: &str) -> Option<RangeInclusive<i32>> {
    let text = text.trim();
    let number = |text: &str| text.trim().parse::<i32>().ok();
    let end = |text: &str, open| match text.trim() {
        "" => Some(open),
        text => number(text),
    };
    let range = match text.split_once("..") {
        Some((first, last)) if !(first.trim().is_empty() && last.trim().is_empty()) => {
            end(first, i32::MIN)?..=end(last, i32::MAX)?
        }
        Some(_) => return None,
        None => number(text).map(|number| number..=number)?,
    };
    (!range.is_empty()).then_some(range)
}

/// Parses a time of RFC 3339, not before 1970.
pub(crate) fn timestamp(text: &str) -> Option<SystemTime> {
    let time = OffsetDateTime::parse(text.trim(), &Rfc3339).ok()?;
    let time = SystemTime::from(time);
    (time >= SystemTime::UNIX_EPOCH).then_some(time)
}
