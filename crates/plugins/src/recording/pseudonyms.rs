use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::PrivateField;

/// Numbers of private values, from 1 for each field. Has keyed hashes of the values and not the values themselves.
#[derive(Default)]
pub(super) struct Pseudonyms {
    keys: RandomState,
    numbers: HashMap<(PrivateField, u64), u32>,
    used: HashMap<PrivateField, u32>,
}

impl Pseudonyms {
    fn number(&mut self, field: PrivateField, value: &[u8]) -> u32 {
        let hash = self.keys.hash_one(value);
        *self.numbers.entry((field, hash)).or_insert_with(|| {
            let used = self.used.entry(field).or_default();
            *used += 1;
            *used
        })
    }

    /// Returns a text that is valid for the field, the same one for the same value.
    pub(super) fn text(&mut self, field: PrivateField, value: &str) -> String {
        let number = self.number(field, value.as_bytes());
        match field {
            PrivateField::Username => format!("player-{number}"),
            PrivateField::Uuid => format!("00000000-0000-4000-8000-{number:012}"),
            // 32 bytes in base64url.
            PrivateField::ClientCertFingerprint => format!("{number:A>42}A"),
            PrivateField::RemoteAddr
            | PrivateField::ConnectionId
            | PrivateField::ExpiresAt
            | PrivateField::ReferralData => number.to_string(),
        }
    }

    /// Returns an IP address for documentation (RFC 5737, RFC 3849) of the family of `value`.
    pub(super) fn ip(&mut self, value: IpAddr) -> IpAddr {
        let number = self.number(PrivateField::RemoteAddr, value.to_string().as_bytes());
        match (value, u8::try_from(number)) {
            (IpAddr::V4(_), Ok(last)) if last < u8::MAX => Ipv4Addr::new(192, 0, 2, last).into(),
            _ => Ipv6Addr::from_bits((0x2001_0db8 << 96) | u128::from(number)).into(),
        }
    }

    /// Returns bytes in place of referral data.
    pub(super) fn bytes(&mut self, value: &[u8]) -> Vec<u8> {
        let number = self.number(PrivateField::ReferralData, value);
        format!("referral-{number}").into_bytes()
    }
}
