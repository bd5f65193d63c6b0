//! Backends from containers.

use hyrouter_router::Backend;

use super::labels::{self, HOST, PORT};
use super::listing::Container;
use crate::{DiscoveredBackend, DockerAddress, EntryProblem};

/// Returns the backend of a container, or the reason why it cannot be one.
pub(super) fn read(
    container: &Container,
    address: &DockerAddress,
) -> Result<DiscoveredBackend, EntryProblem> {
    let name = container.name();
    let read = || {
        let (host, port) = place(container, address)?;
        let mut backend = Backend::new(host, port);
        backend.weight = labels::weight(container)?;
        backend.drained = labels::is_drained(container)?;
        backend.meta = labels::meta(container);
        Ok(DiscoveredBackend::new(name, backend))
    };
    read().map_err(|problem: String| EntryProblem::new(format!("container {name}"), problem))
}

fn place(container: &Container, address: &DockerAddress) -> Result<(String, u16), String> {
    let labelled = labels::port(container)?;
    match address {
        DockerAddress::Container { network } => {
            let host = address_in(container, network.as_deref())?;
            let port = match labelled {
                Some(port) => port,
                None => only(&container.udp_ports(), "exposed")?,
            };
            Ok((host.to_owned(), port))
        }
        DockerAddress::Published { host } => Ok((host.clone(), published(container, labelled)?)),
        DockerAddress::Label => {
            let host = container.label(HOST);
            let host = host.ok_or_else(|| format!("label {HOST} is missing"))?;
            let port = labelled.ok_or_else(|| format!("label {PORT} is missing"))?;
            Ok((host.to_owned(), port))
        }
    }
}

fn address_in<'c>(container: &'c Container, network: Option<&str>) -> Result<&'c str, String> {
    if container.has_host_network() {
        return Err(
            "it has the network of the machine; use docker.address label or published".into(),
        );
    }
    let networks: Vec<_> = container.networks().collect();
    let names = || {
        let names: Vec<_> = networks.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    };
    let found = match (network, networks.as_slice()) {
        (_, []) => {
            return Err(
                "it has no network, or that of the machine; use docker.address label".into(),
            );
        }
        (Some(network), _) => networks.iter().find(|(name, _)| *name == network),
        (None, [only]) => Some(only),
        (None, _) => {
            let names = names();
            return Err(format!(
                "it is in the networks {names}; set docker.network to one of them"
            ));
        }
    };
    match found {
        Some((_, address)) if !address.is_empty() => Ok(address),
        Some((name, _)) => Err(format!("it has no address in the network {name}")),
        None => {
            let (network, names) = (network.unwrap_or_default(), names());
            Err(format!(
                "it is not in the network {network}; its networks: {names}"
            ))
        }
    }
}

fn published(container: &Container, labelled: Option<u16>) -> Result<u16, String> {
    if container.has_host_network() {
        // Its ports are ports of the machine.
        return match labelled {
            Some(port) => Ok(port),
            None => only(&container.udp_ports(), "exposed"),
        };
    }
    let port = match labelled {
        Some(port) => port,
        None => only(&container.published_ports(), "published")?,
    };
    container
        .published_at(port)
        .ok_or_else(|| format!("UDP port {port} (label {PORT}) is not published; publish it, or use docker.address label"))
}

/// Returns the only port of a container. `kind` is the property of these ports.
fn only(ports: &[u16], kind: &str) -> Result<u16, String> {
    match ports {
        [port] => Ok(*port),
        [] => Err(format!("no UDP port is {kind}; set the label {PORT}")),
        ports => {
            let ports: Vec<_> = ports.iter().take(10).map(u16::to_string).collect();
            Err(format!(
                "several UDP ports are {kind} ({}); set the label {PORT}",
                ports.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests;
