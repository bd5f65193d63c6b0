#![expect(clippy::struct_field_names, reason = "they are the keys of the file")]

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::name;
use crate::text_form::{AsOptionalText, GoDuration, names};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Discovery {
    /// Sources of backends. Pools refer to them by name.
    pub(crate) providers: Vec<Provider>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "type"]))]
pub(crate) struct Provider {
    /// Name, unique.
    #[schemars(length(min = 1))]
    pub(crate) name: String,
    /// Type of the source. The section of the same name is required.
    #[serde(rename = "type", with = "AsOptionalText::<ProviderType>")]
    pub(crate) kind: Option<ProviderType>,
    /// Pods or `EndpointSlices` of Kubernetes.
    pub(crate) kubernetes: Option<Kubernetes>,
    /// Game servers of Agones.
    pub(crate) agones: Option<Agones>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Kubernetes {
    /// Path of a kubeconfig. Default: the service account of the pod, otherwise the default kubeconfig.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Namespaces to watch. Default: all.
    pub(crate) namespaces: Vec<String>,
    /// Resources to watch.
    pub(crate) resources: Vec<Resource>,
    /// Conditions on resources.
    pub(crate) filters: KubernetesFilters,
    /// Data that becomes meta of the backend.
    pub(crate) metadata: Metadata,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["kind"]))]
pub(crate) struct Resource {
    /// Kind of the resource.
    #[serde(with = "AsOptionalText::<ResourceKind>")]
    pub(crate) kind: Option<ResourceKind>,
    /// Service of the `EndpointSlices`.
    pub(crate) service: Option<Service>,
    /// Selector of resources.
    pub(crate) selector: Option<Selector>,
    /// Port of the game.
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
    #[schemars(extend("format" = name::ANNOTATION_SELECTOR))]
    pub(crate) annotations: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Port {
    /// Name of the port.
    pub(crate) name: Option<String>,
    /// Number of the port; 0 means none.
    #[schemars(range(max = 65535))]
    pub(crate) number: u16,
    /// Number of the container port, for pods only; 0 means none.
    #[schemars(range(max = 65535))]
    pub(crate) container_port: u16,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct KubernetesFilters {
    /// Only pods that are ready.
    pub(crate) require_pod_ready: bool,
    /// Only pods in one of these phases. Default: all.
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
    /// Path of a kubeconfig. Default: the service account of the pod, otherwise the default kubeconfig.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Namespaces to watch. Default: all. Allocations use the first.
    pub(crate) namespaces: Vec<String>,
    /// `observe` lists game servers. `allocate` requests one game server per player from Agones. Default: `observe`.
    #[serde(with = "AsOptionalText::<AgonesMode>")]
    pub(crate) mode: Option<AgonesMode>,
    /// Minimum time between two allocations.
    #[serde(with = "AsOptionalText::<GoDuration>")]
    pub(crate) allocate_min_interval: Option<Duration>,
    /// States of game servers that are used. Default: Ready.
    pub(crate) state: Vec<String>,
    /// Selector of game servers.
    pub(crate) selector: Option<Selector>,
    /// Data that becomes meta of the backend.
    pub(crate) metadata: Metadata,
    /// Address of a game server.
    pub(crate) address: Option<Address>,
    /// Port of the game.
    pub(crate) port: Port,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Address {
    /// Field of the status: `address`, or one of `addresses`. Default: `address`.
    #[serde(with = "AsOptionalText::<AddressSource>")]
    pub(crate) source: Option<AddressSource>,
    /// Types of addresses in order of preference, such as `ExternalIP`.
    pub(crate) preference: Vec<String>,
}

names! {
    /// Kind of source.
    pub(crate) enum ProviderType {
        /// Pods or `EndpointSlices`.
        Kubernetes = "kubernetes",
        /// Game servers.
        Agones = "agones",
    }
}

names! {
    /// Kind of resource, in the plural or the singular.
    pub(crate) enum ResourceKind {
        /// Pods.
        Pods = "pods",
        /// `EndpointSlices`.
        EndpointSlices = "endpointslices",
        /// The same as `pods`.
        Pod = "pod",
        /// The same as `endpointslices`.
        EndpointSlice = "endpointslice",
    }
}

names! {
    /// Use of game servers.
    pub(crate) enum AgonesMode {
        /// They are listed.
        Observe = "observe",
        /// One is allocated per player.
        Allocate = "allocate",
    }
}

names! {
    /// Field of a status that holds the address.
    pub(crate) enum AddressSource {
        /// `address`.
        Address = "address",
        /// One of `addresses`.
        Addresses = "addresses",
    }
}
