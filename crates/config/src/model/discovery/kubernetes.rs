#![expect(clippy::struct_field_names, reason = "they are the keys of the file")]

use std::path::PathBuf;

use hyrouter_discovery::Selector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::name;
use crate::text_form::{AsOptionalText, SelectorText, names};

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
    pub(crate) selector: Option<ObjectSelection>,
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
pub(crate) struct ObjectSelection {
    /// Kubernetes label selector, set-based requirements included: `a=b,c!=d,e in (x,y),f notin (z),g,!h`.
    #[serde(with = "AsOptionalText::<SelectorText>")]
    pub(crate) labels: Option<Selector>,
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
