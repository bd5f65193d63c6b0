#![expect(clippy::struct_field_names, reason = "they are the keys of the file")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Discovery {
    /// Sources of backends, which pools name.
    pub(crate) providers: Vec<Provider>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "type"]))]
pub(crate) struct Provider {
    /// Name, unique.
    #[schemars(length(min = 1))]
    pub(crate) name: String,
    /// Which kind of source; the section of the same name is then needed.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["kubernetes", "agones"]))]
    pub(crate) kind: Option<String>,
    /// Pods or `EndpointSlices` of Kubernetes.
    pub(crate) kubernetes: Option<Kubernetes>,
    /// Game servers of Agones.
    pub(crate) agones: Option<Agones>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Kubernetes {
    /// Path of a kubeconfig. Empty: the service account of the pod, else the default kubeconfig.
    pub(crate) kubeconfig: Option<String>,
    /// Namespaces to watch; none is all.
    pub(crate) namespaces: Vec<String>,
    /// What to watch.
    pub(crate) resources: Vec<Resource>,
    /// Which of it counts.
    pub(crate) filters: KubernetesFilters,
    /// What becomes meta of the backend.
    pub(crate) metadata: Metadata,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["kind"]))]
pub(crate) struct Resource {
    /// Kind of the resource.
    #[schemars(extend("enum" = ["pods", "endpointslices", "pod", "endpointslice"]))]
    pub(crate) kind: Option<String>,
    /// The service of the `EndpointSlices`.
    pub(crate) service: Option<Service>,
    /// Which resources count.
    pub(crate) selector: Option<Selector>,
    /// Which port of it is the game's.
    pub(crate) port: Port,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Service {
    /// Name of the service.
    pub(crate) name: Option<String>,
    /// Namespace of the service.
    pub(crate) namespace: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Selector {
    /// Kubernetes label selector, set-based requirements included.
    pub(crate) labels: Option<String>,
    /// Annotations as `key=value,key=value`.
    #[schemars(extend("format" = "annotation-selector"))]
    pub(crate) annotations: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Port {
    /// Name of the port.
    pub(crate) name: Option<String>,
    /// Number of the port; 0 is none.
    #[schemars(range(max = 65535))]
    pub(crate) number: u16,
    /// Number of the container port, pods only; 0 is none.
    #[schemars(range(max = 65535))]
    pub(crate) container_port: u16,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct KubernetesFilters {
    /// Only pods that are ready.
    pub(crate) require_pod_ready: bool,
    /// Only pods in one of these phases; none is all.
    pub(crate) require_pod_phase: Vec<String>,
    /// Only endpoints that are ready.
    pub(crate) require_endpoint_ready: bool,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Metadata {
    /// Labels that become `label.<k>`.
    pub(crate) include_labels: Vec<String>,
    /// Annotations that become `annotation.<k>`.
    pub(crate) include_annotations: Vec<String>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Agones {
    /// Path of a kubeconfig. Empty: the service account of the pod, else the default kubeconfig.
    pub(crate) kubeconfig: Option<String>,
    /// Namespaces to watch; none is all. Allocations go to the first.
    pub(crate) namespaces: Vec<String>,
    /// `observe` when absent; `allocate` asks Agones for a game server per player.
    #[schemars(extend("enum" = ["observe", "allocate"]))]
    pub(crate) mode: Option<String>,
    /// Least time between two allocations.
    #[schemars(extend("format" = "go-duration"))]
    pub(crate) allocate_min_interval: Option<String>,
    /// States of game servers that count; Ready when absent.
    pub(crate) state: Vec<String>,
    /// Which game servers count.
    pub(crate) selector: Option<Selector>,
    /// What becomes meta of the backend.
    pub(crate) metadata: Metadata,
    /// Which address of a game server is taken.
    pub(crate) address: Option<Address>,
    /// Which port of it is the game's.
    pub(crate) port: Port,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Address {
    /// `address` of the status when absent, or one of its `addresses`.
    #[schemars(extend("enum" = ["address", "addresses"]))]
    pub(crate) source: Option<String>,
    /// Types of addresses, the preferred first, such as `ExternalIP`.
    pub(crate) preference: Vec<String>,
}
