//! Backends of pods.

use serde::Deserialize;

use crate::cluster::{Contribution, ObjectMetadata, Picked, null_as_default};
use crate::{
    DiscoveredBackend, EntryProblem, KubernetesSettings, ObjectSelector, PortSettings,
    ResourceSettings,
};

/// Phases in which no container runs or will run again. Their address may belong to another pod.
const ENDED: [&str; 2] = ["Succeeded", "Failed"];

/// A pod, as far as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pod {
    metadata: ObjectMetadata,
    spec: PodSpec,
    status: PodStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PodSpec {
    node_name: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    containers: Vec<Container>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Container {
    #[serde(deserialize_with = "null_as_default")]
    ports: Vec<ContainerPort>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ContainerPort {
    name: Option<String>,
    container_port: u16,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodStatus {
    phase: String,
    #[serde(rename = "podIP")]
    pod_ip: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    conditions: Vec<PodCondition>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodCondition {
    r#type: String,
    status: String,
}

impl Pod {
    fn is_ready(&self) -> bool {
        let mut conditions = self.status.conditions.iter();
        conditions.any(|condition| condition.r#type == "Ready" && condition.status == "True")
    }

    /// Returns the port of the game: a number of the settings, else the first container port of that name.
    fn port(&self, settings: &PortSettings) -> Option<u16> {
        settings.container_port.or(settings.number).or_else(|| {
            let name = settings.name.as_deref()?;
            let containers = self.spec.containers.iter();
            let mut ports = containers.flat_map(|container| &container.ports);
            let port = ports.find(|port| port.name.as_deref() == Some(name))?;
            Some(port.container_port)
        })
    }
}

/// Rules by which a pod is a backend.
#[derive(Debug)]
pub(super) struct PodRules {
    selector: ObjectSelector,
    port: PortSettings,
    require_ready: bool,
    phases: Vec<String>,
    picked: Picked,
}

impl PodRules {
    pub(super) fn new(settings: &KubernetesSettings, resource: &ResourceSettings) -> Self {
        Self {
            selector: resource.selector.clone(),
            port: resource.port.clone(),
            require_ready: settings.require_pod_ready,
            phases: settings.require_pod_phase.clone(),
            picked: Picked::new(&settings.metadata),
        }
    }

    /// Returns the backend of a pod, if it is one.
    pub(super) fn read(&self, pod: &Pod) -> Contribution {
        let (metadata, status) = (&pod.metadata, &pod.status);
        let Some(ip) = status.pod_ip.as_deref().filter(|ip| !ip.is_empty()) else {
            return Contribution::Nothing;
        };
        let is_out = metadata.is_being_deleted()
            || !self.is_phase_used(&status.phase)
            || (self.require_ready && !pod.is_ready())
            || !metadata.has_annotations(&self.selector);
        if is_out {
            return Contribution::Nothing;
        }
        let id = format!("{}/{}", metadata.namespace, metadata.name);
        let Some(port) = pod.port(&self.port) else {
            let name = self.port.name.as_deref().unwrap_or_default();
            let problem = format!("no container of the pod has a port named {name:?}");
            return Contribution::Problem(EntryProblem::new(id, problem));
        };
        let node = pod.spec.node_name.as_deref();
        let backend = self.picked.backend(ip, port, metadata, node);
        Contribution::Backends(vec![DiscoveredBackend::new(id, backend)])
    }

    fn is_phase_used(&self, phase: &str) -> bool {
        if self.phases.is_empty() {
            return !ENDED.contains(&phase);
        }
        let mut phases = self.phases.iter();
        phases.any(|used| used.eq_ignore_ascii_case(phase))
    }
}
