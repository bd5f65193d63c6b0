//! Backends of `EndpointSlices`.

use hyrouter_router::Address;
use serde::Deserialize;

use crate::cluster::{Contribution, ObjectMetadata, Picked, null_as_default};
use crate::{
    DiscoveredBackend, EntryProblem, KubernetesSettings, ObjectSelector, PortSettings,
    ResourceSettings,
};

/// A slice of the endpoints of a Service, as far as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EndpointSlice {
    metadata: ObjectMetadata,
    #[serde(deserialize_with = "null_as_default")]
    endpoints: Vec<Endpoint>,
    #[serde(deserialize_with = "null_as_default")]
    ports: Vec<EndpointPort>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Endpoint {
    #[serde(deserialize_with = "null_as_default")]
    addresses: Vec<String>,
    #[serde(deserialize_with = "null_as_default")]
    conditions: EndpointConditions,
    node_name: Option<String>,
    target_ref: Option<TargetRef>,
}

/// An absent `ready` counts as ready, and an absent `terminating` as not terminating.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EndpointConditions {
    ready: Option<bool>,
    terminating: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TargetRef {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EndpointPort {
    name: Option<String>,
    /// Absent for all ports.
    port: Option<u16>,
}

impl EndpointSlice {
    /// Returns the port of the game: the number of the settings, else the port of that name, else the first one with a
    /// number.
    fn port(&self, settings: &PortSettings) -> Option<u16> {
        let named = || {
            let name = settings.name.as_deref()?;
            let mut ports = self.ports.iter();
            ports.find(|port| port.name.as_deref() == Some(name))?.port
        };
        let first = || self.ports.iter().find_map(|port| port.port);
        settings.number.or_else(named).or_else(first)
    }
}

/// Rules by which endpoints are backends.
#[derive(Debug)]
pub(super) struct SliceRules {
    selector: ObjectSelector,
    port: PortSettings,
    require_ready: bool,
    picked: Picked,
}

impl SliceRules {
    pub(super) fn new(settings: &KubernetesSettings, resource: &ResourceSettings) -> Self {
        Self {
            selector: resource.selector.clone(),
            port: resource.port.clone(),
            require_ready: settings.require_endpoint_ready,
            picked: Picked::new(&settings.metadata),
        }
    }

    /// Returns the backends of a slice.
    pub(super) fn read(&self, slice: &EndpointSlice) -> Contribution {
        let metadata = &slice.metadata;
        if metadata.is_being_deleted() || !metadata.has_annotations(&self.selector) {
            return Contribution::Nothing;
        }
        if slice.endpoints.is_empty() {
            return Contribution::Nothing;
        }
        let Some(port) = slice.port(&self.port) else {
            let ObjectMetadata {
                namespace, name, ..
            } = metadata;
            let problem = "the EndpointSlice has no port with a number; set port.number";
            return Contribution::Problem(EntryProblem::new(
                format_args!("{namespace}/{name}"),
                problem,
            ));
        };
        let endpoints = slice.endpoints.iter();
        let backends: Vec<_> = endpoints
            .filter_map(|endpoint| self.backend(endpoint, port, metadata))
            .collect();
        if backends.is_empty() {
            return Contribution::Nothing;
        }
        Contribution::Backends(backends)
    }

    fn backend(
        &self,
        endpoint: &Endpoint,
        port: u16,
        metadata: &ObjectMetadata,
    ) -> Option<DiscoveredBackend> {
        let EndpointConditions { ready, terminating } = endpoint.conditions;
        if terminating == Some(true) || (self.require_ready && ready == Some(false)) {
            return None;
        }
        // All addresses of an endpoint lead to one pod.
        let host = endpoint.addresses.first()?;
        let node = endpoint.node_name.as_deref();
        let backend = self.picked.backend(host, port, metadata, node);
        let ObjectMetadata {
            namespace, name, ..
        } = metadata;
        let id = match &endpoint.target_ref {
            // The slice of a pod changes, its name does not.
            Some(target) if !target.name.is_empty() => format!("{namespace}/{}", target.name),
            _ => format!("{namespace}/{name}@{}", Address(host, port)),
        };
        Some(DiscoveredBackend::new(id, backend))
    }
}
