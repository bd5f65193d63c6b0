//! Networks that count as one source, from one subscriber to the network of one hosting customer.

use std::net::IpAddr;

use crate::limits::Limits;

/// A network that may belong to a single party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Prefix {
    level: PrefixLevel,
    /// The address bits of the prefix, the rest zero. Of IPv6 the first eight of sixteen bytes.
    bits: u64,
}

/// The length of a [`Prefix`]. Levels of one family are listed from the smallest network to the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PrefixLevel {
    /// One IPv4 address: a household, or a carrier that puts many subscribers behind it.
    V4Address,
    /// An IPv4 /24, the smallest network with its own route on the Internet.
    V4Network,
    /// An IPv6 /64, one link of one subscriber.
    V6Link,
    /// An IPv6 /56, what a subscriber usually gets.
    V6Site,
    /// An IPv6 /48, what a hoster or a company usually gets.
    V6Network,
}

impl PrefixLevel {
    /// Returns whether `max_connections_per_source` and `source_rate` apply to this level.
    pub(crate) fn is_source(self) -> bool {
        matches!(self, Self::V4Address | Self::V6Link)
    }

    /// Returns whether this is the largest network that still counts as one.
    pub(crate) fn is_network(self) -> bool {
        matches!(self, Self::V4Network | Self::V6Network)
    }

    /// Returns the divisor of a pool for the share of this level.
    pub(crate) fn parts(self) -> usize {
        let parts = match self {
            Self::V4Address | Self::V6Link => Limits::SOURCE_PARTS,
            Self::V6Site => Limits::SITE_PARTS,
            Self::V4Network | Self::V6Network => Limits::NETWORK_PARTS,
        };
        usize::from(parts)
    }
}

impl Prefix {
    /// Returns all prefixes of an address, the smallest network first.
    pub(crate) fn all_of(ip: IpAddr) -> impl Iterator<Item = Self> {
        let prefixes = match ip.to_canonical() {
            IpAddr::V4(v4) => {
                let bits = u64::from(v4.to_bits());
                [
                    Some((PrefixLevel::V4Address, bits)),
                    Some((PrefixLevel::V4Network, bits & !0xff)),
                    None,
                ]
            }
            IpAddr::V6(v6) => {
                let bits = (v6.to_bits() >> 64) as u64;
                [
                    Some((PrefixLevel::V6Link, bits)),
                    Some((PrefixLevel::V6Site, bits & !0xff)),
                    Some((PrefixLevel::V6Network, bits & !0xffff)),
                ]
            }
        };
        let prefix = |(level, bits)| Self { level, bits };
        prefixes.into_iter().flatten().map(prefix)
    }

    pub(crate) fn level(self) -> PrefixLevel {
        self.level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The levels at which two addresses count as one.
    fn shared(a: &str, b: &str) -> Vec<PrefixLevel> {
        let all = |text: &str| Prefix::all_of(text.parse().unwrap()).collect::<Vec<_>>();
        let (a, b) = (all(a), all(b));
        let both = a.into_iter().filter(|prefix| b.contains(prefix));
        both.map(Prefix::level).collect()
    }

    #[test]
    fn addresses_share_the_levels_that_they_have_in_common() {
        use PrefixLevel::{V4Address, V4Network, V6Link, V6Network, V6Site};
        let cases: [(&str, &str, &[PrefixLevel]); 8] = [
            ("192.0.2.1", "192.0.2.1", &[V4Address, V4Network]),
            ("192.0.2.1", "::ffff:192.0.2.1", &[V4Address, V4Network]),
            ("192.0.2.1", "192.0.2.254", &[V4Network]),
            ("192.0.2.1", "192.0.3.1", &[]),
            (
                "2001:db8:1:2::1",
                "2001:db8:1:2:f::9",
                &[V6Link, V6Site, V6Network],
            ),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", &[V6Site, V6Network]),
            ("2001:db8:1:2::1", "2001:db8:1:102::1", &[V6Network]),
            ("2001:db8:1:2::1", "2001:db8:2:2::1", &[]),
        ];
        for (a, b, wanted) in cases {
            assert_eq!(shared(a, b), wanted, "{a} and {b}");
        }
    }
}
