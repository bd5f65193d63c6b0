//! Sources of an API server of Kubernetes.

use hyrouter_discovery::{
    self as discovery, AgonesSettings, KubernetesSettings, MetadataSettings, ObjectSelector,
    PortSettings, ResourceSettings,
};

use super::super::Report;
use super::allocation;
use crate::model::{
    AddressSource, Agones, AgonesMode, Kubernetes, ObjectSelection, Port, Resource, ResourceKind,
};
use crate::path::Path;

pub(super) fn kubernetes(
    path: &Path,
    kubernetes: &Kubernetes,
    report: &mut Report<'_>,
) -> KubernetesSettings {
    if kubernetes.resources.is_empty() {
        let at = path.key("resources");
        report.warn(&at, "empty, so that the provider finds no backends");
    }
    let resources = kubernetes.resources.iter();
    KubernetesSettings {
        kubeconfig: kubernetes.kubeconfig.clone(),
        namespaces: kubernetes.namespaces.clone(),
        resources: resources.filter_map(resource).collect(),
        require_pod_ready: kubernetes.filters.require_pod_ready,
        require_pod_phase: kubernetes.filters.require_pod_phase.clone(),
        require_endpoint_ready: kubernetes.filters.require_endpoint_ready,
        metadata: MetadataSettings {
            include_labels: kubernetes.metadata.include_labels.clone(),
            include_annotations: kubernetes.metadata.include_annotations.clone(),
        },
    }
}

fn resource(resource: &Resource) -> Option<ResourceSettings> {
    let kind = match resource.kind? {
        ResourceKind::Pods | ResourceKind::Pod => discovery::ResourceKind::Pods,
        ResourceKind::EndpointSlices | ResourceKind::EndpointSlice => {
            discovery::ResourceKind::EndpointSlices
        }
    };
    let service = resource.service.as_ref();
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    Some(ResourceSettings {
        kind,
        service_name: service.and_then(|service| given(&service.name)),
        service_namespace: service.and_then(|service| given(&service.namespace)),
        selector: selector(resource.selector.as_ref()),
        port: port(&resource.port),
    })
}

/// Builds a selector. The schema check has refused malformed annotations.
fn selector(selection: Option<&ObjectSelection>) -> ObjectSelector {
    let Some(selection) = selection else {
        return ObjectSelector::default();
    };
    let annotations = selection.annotations.as_deref().unwrap_or_default();
    let pairs = annotations
        .split(',')
        .filter_map(|text| text.split_once('='));
    ObjectSelector {
        labels: selection.labels.clone().unwrap_or_default(),
        annotations: pairs
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .collect(),
    }
}

fn port(port: &Port) -> PortSettings {
    let above_zero = |number: u16| (number > 0).then_some(number);
    PortSettings {
        name: port.name.clone().filter(|name| !name.is_empty()),
        number: above_zero(port.number),
        container_port: above_zero(port.container_port),
    }
}

pub(super) fn agones(path: &Path, agones: &Agones, report: &mut Report<'_>) -> AgonesSettings {
    let interval = agones.allocate_min_interval;
    let mode = match agones.mode {
        Some(AgonesMode::Allocate) => {
            let allocation = allocation::build(path, agones, report);
            discovery::AgonesMode::Allocate(Box::new(allocation))
        }
        Some(AgonesMode::Observe) | None => {
            if interval.is_some() {
                let at = path.key("allocate_min_interval");
                report.warn(&at, "not used, except with mode `allocate`");
            }
            if agones.allocation.is_some() {
                let at = path.key("allocation");
                report.warn(&at, "not used, except with mode `allocate`");
            }
            discovery::AgonesMode::Observe
        }
    };
    let address = agones.address.as_ref();
    let preference = address.map(|address| address.preference.clone());
    let source = address.and_then(|address| address.source);
    let preference = preference.unwrap_or_default();
    AgonesSettings {
        kubeconfig: agones.kubeconfig.clone(),
        namespaces: agones.namespaces.clone(),
        mode,
        states: if agones.state.is_empty() {
            vec!["Ready".to_owned()]
        } else {
            agones.state.clone()
        },
        selector: selector(agones.selector.as_ref()),
        metadata: MetadataSettings {
            include_labels: agones.metadata.include_labels.clone(),
            include_annotations: agones.metadata.include_annotations.clone(),
        },
        use_address_list: match source {
            Some(AddressSource::Address) => false,
            Some(AddressSource::Addresses) => true,
            None => !preference.is_empty(),
        },
        address_preference: preference,
        port: port(&agones.port),
    }
}
