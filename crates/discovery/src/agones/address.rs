//! Address and port of a game server.

use super::status::{ServerStatus, SpecPort};
use crate::{AgonesSettings, PortSettings};

/// Type of the addresses of a pod. The ports of the node do not go with them.
const POD_IP: &str = "PodIP";

/// Returns host and port of a game server: the first address, by preference, that has a port.
///
/// # Errors
/// There is no address, or none of them has a port.
pub(super) fn host_and_port<'s>(
    settings: &'s AgonesSettings,
    status: &'s ServerStatus,
    spec: &'s [SpecPort],
) -> Result<(&'s str, u16), &'static str> {
    let ports = GamePorts {
        settings: &settings.port,
        status,
        spec,
    };
    let mut hosts = hosts(settings, status).peekable();
    if hosts.peek().is_none() {
        return Err("it has no address");
    }
    hosts
        .find_map(|(kind, host)| Some((host, ports.of(kind)?)))
        .ok_or("it has no port for the game")
}

/// Returns the addresses with their types, preferred ones first.
fn hosts<'s>(
    settings: &'s AgonesSettings,
    status: &'s ServerStatus,
) -> impl Iterator<Item = (&'s str, &'s str)> {
    let listed = || {
        let addresses = settings.use_address_list.then_some(&status.addresses);
        let addresses = addresses.into_iter().flatten();
        addresses.map(|one| (one.kind.as_str(), one.address.as_str()))
    };
    let preference = settings.address_preference.iter();
    let preferred = preference
        .flat_map(move |kind| listed().filter(move |(other, _)| kind.eq_ignore_ascii_case(other)));
    let own = ("", status.address.as_str());
    preferred
        .chain(listed())
        .chain([own])
        .filter(|(_, host)| !host.is_empty())
}

/// Ports of a game server, and which of them is the game's.
struct GamePorts<'s> {
    settings: &'s PortSettings,
    status: &'s ServerStatus,
    spec: &'s [SpecPort],
}

impl GamePorts<'_> {
    /// Returns the port that goes with an address of this type.
    fn of(&self, kind: &str) -> Option<u16> {
        if kind == POD_IP {
            self.of_pod()
        } else {
            self.of_node()
        }
    }

    fn of_node(&self) -> Option<u16> {
        if let Some(number) = self.settings.number {
            return Some(number);
        }
        let ports = self.status.ports.iter();
        if let Some(name) = &self.settings.name {
            let mut named = ports.filter(|port| port.name == *name);
            return named.find_map(|port| usable(port.port));
        }
        // The protocol is in the specification alone.
        let is_udp = |name: &str| {
            let mut spec = self.spec.iter();
            spec.find(|port| port.name == name)
                .is_none_or(SpecPort::is_udp)
        };
        let mut udp = ports.clone().filter(|port| is_udp(&port.name));
        let first = udp.find_map(|port| usable(port.port));
        first.or_else(|| ports.into_iter().find_map(|port| usable(port.port)))
    }

    fn of_pod(&self) -> Option<u16> {
        let PortSettings {
            name,
            number,
            container_port,
        } = self.settings;
        if let Some(number) = container_port.or(*number) {
            return Some(number);
        }
        let ports = self.spec.iter();
        if let Some(name) = name {
            let mut named = ports.filter(|port| port.name == *name);
            return named.find_map(|port| usable(port.container_port));
        }
        let mut udp = ports.clone().filter(|port| port.is_udp());
        let first = udp.find_map(|port| usable(port.container_port));
        first.or_else(|| {
            ports
                .into_iter()
                .find_map(|port| usable(port.container_port))
        })
    }
}

fn usable(port: i64) -> Option<u16> {
    u16::try_from(port).ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests;
