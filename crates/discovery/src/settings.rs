//! Settings of providers. They are plain data and do not depend on the features of the crate.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::{AgonesSettings, DEFAULT_MAX_BACKENDS, Selector};

/// Settings of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderSettings {
    /// Name, unique among the providers of a router.
    pub name: String,
    /// Maximum number of backends. The rest is dropped and reported.
    pub max_backends: usize,
    /// Age from which the last set counts as no backends; none if it stays in use without end.
    pub max_staleness: Option<Duration>,
    /// Source of the backends.
    pub source: SourceSettings,
}

impl ProviderSettings {
    /// Creates settings with the defaults: at most 10,000 backends, which stay in use without end.
    pub fn new(name: impl Into<String>, source: SourceSettings) -> Self {
        Self {
            name: name.into(),
            max_backends: DEFAULT_MAX_BACKENDS,
            max_staleness: None,
            source,
        }
    }
}

/// Source of the backends of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceSettings {
    /// A file or a directory.
    File(FileSettings),
    /// A name in DNS.
    Dns(DnsSettings),
    /// A document of an HTTP server.
    Http(HttpSettings),
    /// Requests of the backends themselves.
    Push(PushSettings),
    /// Containers of Docker or Podman.
    Docker(DockerSettings),
    /// Pods or `EndpointSlices` of Kubernetes.
    Kubernetes(KubernetesSettings),
    /// Game servers of Agones.
    Agones(AgonesSettings),
}

impl SourceSettings {
    /// Returns the name of the type in a configuration.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Dns(_) => "dns",
            Self::Http(_) => "http",
            Self::Push(_) => "push",
            Self::Docker(_) => "docker",
            Self::Kubernetes(_) => "kubernetes",
            Self::Agones(_) => "agones",
        }
    }
}

/// A file, or a directory of `*.yaml`, `*.yml` and `*.json` files, which are merged in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSettings {
    /// The file or directory. It is watched for changes.
    pub path: PathBuf,
}

/// A name in DNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsSettings {
    /// The name to look up.
    pub name: String,
    /// Type of its records.
    pub record: DnsRecord,
    /// Port of the backends; needed except for SRV records, which have their own.
    pub port: Option<u16>,
    /// DNS servers; empty for those of the system.
    pub servers: Vec<SocketAddr>,
    /// Shortest time between two lookups, whatever the TTL of the records. Default: 5 s.
    pub min_ttl: Duration,
    /// Longest time between two lookups. Default: 5 min.
    pub max_ttl: Duration,
    /// `true`: a backend for each address. `false`: one backend whose host is the name itself. Default: `true`.
    pub per_address: bool,
}

/// Type of DNS records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DnsRecord {
    /// SRV if there are any, else A and AAAA.
    #[default]
    Auto,
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Names and ports with priorities and weights (RFC 2782).
    Srv,
}

/// A document of an HTTP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSettings {
    /// URL of the document.
    pub url: String,
    /// Time between two requests. Default: 10 s.
    pub interval: Duration,
    /// Maximum time of one request. Default: 5 s.
    pub timeout: Duration,
    /// File with a bearer token. It is read again for each request.
    pub token_file: Option<PathBuf>,
    /// File with certificates that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Maximum length of the document in bytes. Default: 4 MiB.
    pub max_bytes: usize,
}

/// Requests of the backends themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSettings {
    /// Tokens that may push, at least one.
    pub tokens: Vec<PushToken>,
    /// Maximum time of a lease. Default: 60 s.
    pub max_lease: Duration,
    /// File that keeps the leases across a restart.
    pub state_file: Option<PathBuf>,
}

/// A token that may push backends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushToken {
    /// File with the token.
    pub file: PathBuf,
    /// Prefix of the ids that it may push; empty for all.
    pub prefix: String,
}

/// Containers of Docker or Podman.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockerSettings {
    /// Address of the API: `unix:///path` or `tcp://host:port`.
    pub socket: String,
    /// File with certificates that are trusted for `tcp://`. With it or `cert_file`, the connection is TLS.
    pub ca_file: Option<PathBuf>,
    /// File with the client certificate.
    pub cert_file: Option<PathBuf>,
    /// File with the key of the client certificate.
    pub key_file: Option<PathBuf>,
    /// Selector of containers by their labels, beside `hyrouter.enable=true`.
    pub selector: Selector,
    /// Address of a container.
    pub address: DockerAddress,
}

/// Address of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DockerAddress {
    /// The address in a network and the port of the container.
    Container {
        /// Name of the network; none for the only one of the container.
        network: Option<String>,
    },
    /// This host and the published port.
    Published {
        /// Address of the machine that runs the containers, as players reach it.
        host: String,
    },
    /// The labels `hyrouter.host` and `hyrouter.port`.
    Label,
}

/// Pods or `EndpointSlices` of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KubernetesSettings {
    /// Path of a kubeconfig; none for the service account of the pod, else the default kubeconfig.
    pub kubeconfig: Option<PathBuf>,
    /// Namespaces to watch; empty for all.
    pub namespaces: Vec<String>,
    /// Resources to watch, in the order of their backends.
    pub resources: Vec<ResourceSettings>,
    /// `true`: only pods that are ready.
    pub require_pod_ready: bool,
    /// Phases of pods that are used; empty for all. Case does not count.
    pub require_pod_phase: Vec<String>,
    /// `true`: only endpoints that are ready.
    pub require_endpoint_ready: bool,
    /// Labels and annotations that become facts of the backends.
    pub metadata: MetadataSettings,
}

/// One kind of resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSettings {
    /// Kind of the resource.
    pub kind: ResourceKind,
    /// Service of `EndpointSlices`: its name.
    pub service_name: Option<String>,
    /// Service of `EndpointSlices`: its namespace, which replaces the namespaces of the provider.
    pub service_namespace: Option<String>,
    /// Selector of resources.
    pub selector: ObjectSelector,
    /// Port of the game.
    pub port: PortSettings,
}

/// Kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceKind {
    /// Pods.
    Pods,
    /// `EndpointSlices`.
    EndpointSlices,
}

/// Selector of objects of an API server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectSelector {
    /// Selector of labels.
    pub labels: Selector,
    /// Annotations that must have these values.
    pub annotations: BTreeMap<String, String>,
}

/// Port of the game.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PortSettings {
    /// Name of the port.
    pub name: Option<String>,
    /// Number of the port.
    pub number: Option<u16>,
    /// Number of the container port, for pods only.
    pub container_port: Option<u16>,
}

/// Labels and annotations that become facts (`label.<k>`, `annotation.<k>`) of a backend.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetadataSettings {
    /// Names of labels.
    pub include_labels: Vec<String>,
    /// Names of annotations.
    pub include_annotations: Vec<String>,
}
