mod agones;
mod allocation;
mod kubernetes;
mod sources;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use hyrouter_discovery::DEFAULT_MAX_BACKENDS;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use self::agones::{AddressSource, Agones, AgonesMode};
pub(crate) use self::allocation::{
    AllocationSection, CapacityKind, CountDirection, CounterChange, CounterRange, ListChange,
    ListRange, NodeScheduling, ServerPriority, ServerSelection, ServerState,
};
pub(crate) use self::kubernetes::{Kubernetes, ObjectSelection, Port, Resource, ResourceKind};
pub(crate) use self::sources::{Dns, DnsRecordType, Docker, DockerAddressSource, File, Http, Push};
use crate::text_form::{AsOptionalText, AsText, GoDuration, PositiveDuration, names};

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Discovery {
    /// Sources of backends. Pools refer to them by name.
    pub(crate) providers: Vec<Provider>,
    /// Maximum time that `/readyz` waits for the first answer of the providers that routes use. After it, the router is
    /// ready and has a warning.
    #[serde(with = "AsText::<GoDuration>")]
    pub(crate) startup_timeout: Duration,
    /// The HTTP server for backends that register themselves with a provider of type `push`.
    pub(crate) push: Option<PushListenSettings>,
}

impl Default for Discovery {
    fn default() -> Self {
        Self {
            providers: Vec::new(),
            startup_timeout: Duration::from_secs(10),
            push: None,
        }
    }
}

/// The HTTP server for backends that register themselves.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["listen"]))]
#[non_exhaustive]
pub struct PushListenSettings {
    /// TCP address to listen on, such as `0.0.0.0:5581`. On a loopback address without `cert_file` the server speaks
    /// plain HTTP, on other addresses HTTPS with the certificate of the router.
    #[serde(with = "AsOptionalText::<SocketAddr>")]
    pub listen: Option<SocketAddr>,
    /// PEM file with the certificate of this server. Default: the certificate of the router.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub cert_file: Option<PathBuf>,
    /// PEM file with the key of the certificate.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub key_file: Option<PathBuf>,
    /// `true` allows plain HTTP on an address that other machines reach. The tokens then cross the network in the clear.
    pub allow_plaintext: bool,
}

impl PushListenSettings {
    /// Returns whether the server speaks plain HTTP.
    pub fn is_plaintext(&self) -> bool {
        let is_local = |listen: SocketAddr| listen.ip().to_canonical().is_loopback();
        self.cert_file.is_none() && (self.allow_plaintext || self.listen.is_some_and(is_local))
    }
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "type"]))]
pub(crate) struct Provider {
    /// Name, unique.
    #[schemars(length(min = 1))]
    pub(crate) name: String,
    /// Type of the source. The section of the same name has its settings. Only `docker` works without one.
    #[serde(rename = "type", with = "AsOptionalText::<ProviderType>")]
    pub(crate) kind: Option<ProviderType>,
    /// Maximum number of backends. The router drops the rest, in the order of the source, and reports it. 10,000
    /// backends take about 10 MiB.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(crate) max_backends: usize,
    /// Age from which the last answer of an unreachable source counts as no backends. Default: the router uses the last
    /// answer without a limit.
    #[serde(with = "AsOptionalText::<PositiveDuration>")]
    pub(crate) max_staleness: Option<Duration>,
    /// Backends in a file or directory.
    pub(crate) file: Option<File>,
    /// Backends behind a name in DNS.
    pub(crate) dns: Option<Dns>,
    /// Backends in a document of an HTTP server.
    pub(crate) http: Option<Http>,
    /// Backends that register themselves.
    pub(crate) push: Option<Push>,
    /// Containers of Docker or Podman.
    pub(crate) docker: Option<Docker>,
    /// Pods or `EndpointSlices` of Kubernetes.
    pub(crate) kubernetes: Option<Kubernetes>,
    /// Game servers of Agones.
    pub(crate) agones: Option<Agones>,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: None,
            max_backends: DEFAULT_MAX_BACKENDS,
            max_staleness: None,
            file: None,
            dns: None,
            http: None,
            push: None,
            docker: None,
            kubernetes: None,
            agones: None,
        }
    }
}

names! {
    /// Kind of source.
    pub(crate) enum ProviderType {
        /// Files.
        File = "file",
        /// A name in DNS.
        Dns = "dns",
        /// An HTTP server.
        Http = "http",
        /// Requests of the backends.
        Push = "push",
        /// Containers.
        Docker = "docker",
        /// Pods or `EndpointSlices`.
        Kubernetes = "kubernetes",
        /// Game servers.
        Agones = "agones",
    }
}
