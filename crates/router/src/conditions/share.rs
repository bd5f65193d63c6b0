use std::net::IpAddr;

use crate::RouteRequest;

/// How many parts a share is counted in: hundredths of a per cent.
const PARTS: u64 = 10_000;

/// A stable part of all players, for trying something out with some of them.
///
/// A player is in it or not by their UUID, else their name, else their address: again and again, on every router, and
/// also when the share grows. Shares of different names have different players.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// In hundredths of a per cent, up to 10,000.
    pub parts: u16,
    /// What tells this share from others: the name of the route, for example.
    pub name: String,
}

impl Share {
    /// So many per cent.
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
            // Of whom nothing is known is in no part but the whole.
            (None, None, None) => return u64::from(self.parts) >= PARTS,
        }
        hash.finish() % PARTS < u64::from(self.parts)
    }
}

/// FNV-1a, and the finish of `SplitMix64`, which spreads its weak low bits. What it gives must never change: players
/// would change sides.
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
