//! The list of containers, as the API describes it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// An entry of the list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Listed {
    /// A container.
    Container(Container),
    /// An entry that is not what the API describes.
    Foreign(IgnoredAny),
}

/// A container. Engines send `null` for what it does not have.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Container {
    pub(super) id: String,
    #[serde(default)]
    names: Option<Vec<String>>,
    #[serde(default)]
    pub(super) labels: Option<BTreeMap<String, String>>,
    pub(super) state: String,
    #[serde(default)]
    ports: Option<Vec<Port>>,
    #[serde(default)]
    host_config: Option<HostConfig>,
    #[serde(default)]
    network_settings: Option<NetworkSettings>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Port {
    #[serde(default, rename = "IP")]
    ip: Option<String>,
    #[serde(rename = "PrivatePort")]
    private: u16,
    #[serde(default, rename = "PublicPort")]
    public: Option<u16>,
    #[serde(rename = "Type")]
    protocol: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HostConfig {
    #[serde(default)]
    network_mode: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkSettings {
    #[serde(default)]
    networks: Option<BTreeMap<String, Network>>,
}

#[derive(Debug, Deserialize)]
struct Network {
    #[serde(default, rename = "IPAddress")]
    ipv4: Option<String>,
    #[serde(default, rename = "GlobalIPv6Address")]
    ipv6: Option<String>,
}

impl Container {
    /// Returns its name, without the slash in front. Further names are those of legacy links, which have two slashes.
    pub(super) fn name(&self) -> &str {
        let names = self.names.iter().flatten();
        let mut names = names.map(|name| name.strip_prefix('/').unwrap_or(name));
        let own = names.find(|name| !name.is_empty() && !name.contains('/'));
        own.unwrap_or(&self.id)
    }

    /// Returns the value of a label.
    pub(super) fn label(&self, key: &str) -> Option<&str> {
        self.labels.as_ref()?.get(key).map(String::as_str)
    }

    pub(super) fn is_running(&self) -> bool {
        self.state == "running"
    }

    /// Returns whether it has the network of the machine. Podman 4 does not show it.
    pub(super) fn has_host_network(&self) -> bool {
        let config = self.host_config.as_ref();
        config.and_then(|config| config.network_mode.as_deref()) == Some("host")
    }

    /// Returns its networks by name, each with its address, which is empty where there is none.
    pub(super) fn networks(&self) -> impl Iterator<Item = (&str, &str)> {
        let networks = self.network_settings.as_ref();
        let networks = networks.and_then(|settings| settings.networks.as_ref());
        networks.into_iter().flatten().map(|(name, network)| {
            let [ipv4, ipv6] = [&network.ipv4, &network.ipv6]
                .map(|address| address.as_deref().unwrap_or_default());
            (name.as_str(), if ipv4.is_empty() { ipv6 } else { ipv4 })
        })
    }

    /// Returns its UDP ports, without duplicates: those that are exposed or published.
    pub(super) fn udp_ports(&self) -> Vec<u16> {
        let mut ports: Vec<_> = self.udp().map(|port| port.private).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// Returns its UDP ports that are published, without duplicates.
    pub(super) fn published_ports(&self) -> Vec<u16> {
        let published = self.udp().filter(|port| port.public().is_some());
        let mut ports: Vec<_> = published.map(|port| port.private).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// Returns the port of the machine that a UDP port is published at. Of several, one for IPv4 is taken first, then
    /// the lowest.
    pub(super) fn published_at(&self, private: u16) -> Option<u16> {
        let ports = self.udp().filter(|port| port.private == private);
        let publics = ports.filter_map(|port| Some((port.is_ipv6(), port.public()?)));
        publics.min().map(|(_, public)| public)
    }

    fn udp(&self) -> impl Iterator<Item = &Port> {
        let ports = self.ports.iter().flatten();
        ports.filter(|port| port.protocol == "udp")
    }
}

impl Port {
    fn public(&self) -> Option<u16> {
        self.public.filter(|port| *port != 0)
    }

    fn is_ipv6(&self) -> bool {
        self.ip.as_ref().is_some_and(|ip| ip.contains(':'))
    }
}
