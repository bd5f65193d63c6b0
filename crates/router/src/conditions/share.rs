use std::net::IpAddr;

use crate::RouteRequest;

/// Number of parts that make the whole: a part is a hundredth of a per cent.
const PARTS: u64 = 10_000;

/// A stable share of all players, for gradual rollouts.
///
/// Membership depends on the player's UUID, else the name, else the address. It is the same on every connection and on
/// every router, and a player in a share stays in it when the share grows. Shares of different names have different
/// players.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Size in hundredths of a per cent, from 0 to 10,000.
    pub parts: u16,
    /// Name of the share, the name of the route for example.
    pub name: String,
}

impl Share {
    /// Creates a share of `percent` per cent of all players; values above 100 count as 100.
    pub fn percent(percent: u8, name: impl Into<String>) -> Self {
        Self {
            parts: u16::from(percent.min(100)) * 100,
            name: name.into(),
        }
    }

    pub(super) fn has(&self, request: &RouteRequest<'_>) -> bool {
        let mut hash = Hash::default();
        hash.add(self.name.as_bytes());
        hash.add(&[0]);
        match (request.uuid, request.username, request.client.ip) {
            (Some(uuid), _, _) => hash.add(uuid.as_bytes()),
            (None, Some(name), _) => hash.add(name.as_bytes()),
            (None, None, Some(ip)) => match ip.to_canonical() {
                IpAddr::V4(ip) => hash.add(&ip.octets()),
                IpAddr::V6(ip) => hash.add(&ip.octets()),
            },
            // A player without any attribute is only in a share of 100 %.
            (None, None, None) => return u64::from(self.parts) >= PARTS,
        }
        hash.finish() % PARTS < u64::from(self.parts)
    }
}

/// FNV-1a with the finalizer of `SplitMix64`, which spreads the weak low bits of FNV-1a. Its results must never change:
/// players would move in and out of shares.
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        let mut hash = self.0;
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        hash ^ (hash >> 31)
    }
}
