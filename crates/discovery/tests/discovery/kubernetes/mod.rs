//! Provider `kubernetes` with a real API server and etcd.

mod access;
mod endpoint_slices;
mod faults;
mod garbage;
mod pods;

use std::path::PathBuf;

use hyrouter_discovery::{
    KubernetesSettings, ObjectSelector, PortSettings, ResourceKind, ResourceSettings,
    SourceSettings,
};
use serde_json::Value;

use crate::followed::Followed;

/// Returns a resource with a selector of labels and a port by its name.
fn resource(kind: ResourceKind, labels: &str, port: &str) -> ResourceSettings {
    ResourceSettings {
        kind,
        service_name: None,
        service_namespace: None,
        selector: ObjectSelector {
            labels: labels.parse().unwrap(),
            ..ObjectSelector::default()
        },
        port: PortSettings {
            name: Some(port.to_owned()),
            ..PortSettings::default()
        },
    }
}

/// Returns settings for the pods with port `game` of some namespaces.
fn pods_of(kubeconfig: PathBuf, namespaces: &[&str]) -> KubernetesSettings {
    KubernetesSettings {
        kubeconfig: Some(kubeconfig),
        namespaces: namespaces.iter().map(|&name| name.to_owned()).collect(),
        resources: vec![resource(ResourceKind::Pods, "", "game")],
        ..KubernetesSettings::default()
    }
}

fn follow(settings: KubernetesSettings) -> Followed {
    Followed::new(SourceSettings::Kubernetes(settings))
}

/// Returns the rights of the example, which are enough for pods and `EndpointSlices`.
fn rights_of_the_example() -> Value {
    let role = include_str!("../../../../../examples/kubernetes/games/role.yaml");
    let role: Value = serde_saphyr::from_str(role).unwrap();
    role["rules"].clone()
}
