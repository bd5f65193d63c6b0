//! Provider `agones` with a real API server, and a stand-in for the allocation service behind its real aggregation.

mod allocate;
mod observe;

use std::path::PathBuf;

use hyrouter_discovery::{AgonesMode, AgonesSettings, MetadataSettings, ObjectSelector};

/// Returns settings for the game servers of the fleet `hytale` in a namespace.
fn settings(kubeconfig: PathBuf, namespace: &str, mode: AgonesMode) -> AgonesSettings {
    AgonesSettings {
        kubeconfig: Some(kubeconfig),
        namespaces: vec![namespace.to_owned()],
        mode,
        selector: ObjectSelector {
            labels: "agones.dev/fleet=hytale".parse().unwrap(),
            ..ObjectSelector::default()
        },
        metadata: MetadataSettings {
            include_labels: vec!["agones.dev/fleet".to_owned()],
            include_annotations: vec!["map".to_owned()],
        },
        ..AgonesSettings::default()
    }
}
