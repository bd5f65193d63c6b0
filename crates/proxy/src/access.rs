//! Access control by client address.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::networks::Networks;

/// Allowed and denied networks. IPv4 addresses in IPv6 form count as IPv4.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// If not empty, no other network may connect.
    pub allow: Vec<IpNet>,
    /// Networks that must not connect. They take precedence over `allow`.
    pub deny: Vec<IpNet>,
}

impl Access {
    /// Returns whether an address may connect. Sorts the networks for each call; a server does so once.
    pub fn admits(&self, ip: IpAddr) -> bool {
        AccessList::of(self).admits(ip)
    }
}

/// [`Access`] with its networks sorted for look-ups.
#[derive(Debug)]
pub(crate) struct AccessList {
    allow: Networks,
    deny: Networks,
}

impl AccessList {
    pub(crate) fn of(access: &Access) -> Self {
        Self {
            allow: Networks::of(&access.allow),
            deny: Networks::of(&access.deny),
        }
    }

    pub(crate) fn admits(&self, ip: IpAddr) -> bool {
        !self.deny.contains(ip) && (self.allow.is_empty() || self.allow.contains(ip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(allow: &[&str], deny: &[&str], ip: &str) -> bool {
        let nets = |list: &[&str]| list.iter().map(|net| net.parse().unwrap()).collect();
        let access = Access {
            allow: nets(allow),
            deny: nets(deny),
        };
        access.admits(ip.parse().unwrap())
    }

    #[test]
    fn empty_lists_admit_everybody() {
        assert!(admits(&[], &[], "192.0.2.1"));
        assert!(admits(&[], &[], "2001:db8::1"));
    }

    #[test]
    fn deny_wins_over_allow() {
        assert!(!admits(&["192.0.2.0/24"], &["192.0.2.1/32"], "192.0.2.1"));
        assert!(admits(&["192.0.2.0/24"], &["192.0.2.1/32"], "192.0.2.2"));
        assert!(!admits(&[], &["192.0.2.0/24"], "::ffff:192.0.2.2"));
    }

    #[test]
    fn an_allow_list_shuts_out_all_others_of_both_families() {
        assert!(!admits(&["192.0.2.0/24"], &[], "198.51.100.1"));
        assert!(!admits(&["192.0.2.0/24"], &[], "2001:db8::1"));
        assert!(!admits(&["2001:db8::/32"], &[], "192.0.2.1"));
    }
}
