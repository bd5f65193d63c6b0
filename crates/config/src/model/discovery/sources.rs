//! Sources other than an API server of Kubernetes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use hyrouter_discovery::Selector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::name;
use crate::text_form::{
    AsOptionalText, AsText, AsTextList, DnsServerText, PositiveDuration, SelectorText, names,
};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["path"]))]
pub(crate) struct File {
    /// A file, or a directory of `*.yaml`, `*.yml` and `*.json` files, which are merged in the order of their names. The
    /// router reads changed files at once.
    #[schemars(extend("minLength" = 1))]
    pub(crate) path: PathBuf,
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub(crate) struct Dns {
    /// Name to look up, complete, without a search domain.
    #[schemars(length(min = 1, max = 254))]
    pub(crate) name: String,
    /// Type of the records. `auto`: SRV if there are any, otherwise A and AAAA.
    #[serde(with = "AsText::<DnsRecordType>")]
    pub(crate) record: DnsRecordType,
    /// Port of the backends. SRV records have ports; `a` and `aaaa` need this key. 0 means none.
    #[schemars(range(max = 65535))]
    pub(crate) port: u16,
    /// DNS servers as `ip` or `ip:port`. Default: those of the system.
    #[serde(with = "AsTextList::<DnsServerText>")]
    pub(crate) servers: Vec<SocketAddr>,
    /// Minimum time between two lookups.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub(crate) min_ttl: Duration,
    /// Maximum time between two lookups.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub(crate) max_ttl: Duration,
    /// `true`: one backend for each address. `false`: one backend for each name, which the client looks up itself.
    pub(crate) per_address: bool,
}

impl Default for Dns {
    fn default() -> Self {
        Self {
            name: String::new(),
            record: DnsRecordType::Auto,
            port: 0,
            servers: Vec::new(),
            min_ttl: Duration::from_secs(5),
            max_ttl: Duration::from_mins(5),
            per_address: true,
        }
    }
}

names! {
    /// Type of DNS records.
    pub(crate) enum DnsRecordType {
        /// SRV, otherwise A and AAAA.
        Auto = "auto",
        /// IPv4 addresses.
        A = "a",
        /// IPv6 addresses.
        Aaaa = "aaaa",
        /// Names with ports.
        Srv = "srv",
    }
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["url"]))]
pub(crate) struct Http {
    /// URL of the document: `https://...` or `http://...`. The router does not follow redirects.
    #[schemars(extend("format" = name::HTTP_URL, "minLength" = 1))]
    pub(crate) url: String,
    /// Time between two requests.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub(crate) interval: Duration,
    /// Maximum time of one request.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub(crate) timeout: Duration,
    /// File with a token that the router sends as `Authorization: Bearer ...`.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) token_file: Option<PathBuf>,
    /// PEM file with CA certificates for `url`, beside those of the system.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Maximum length of the document in bytes.
    #[schemars(range(min = 1, max = 268_435_456))]
    pub(crate) max_bytes: usize,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            url: String::new(),
            interval: Duration::from_secs(10),
            timeout: Duration::from_secs(5),
            token_file: None,
            ca_file: None,
            max_bytes: 4 << 20,
        }
    }
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Push {
    /// File with the token of all backends: at least 16 characters, sent as `Authorization: Bearer ...`. Needed unless
    /// `tokens` has entries.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) token_file: Option<PathBuf>,
    /// Tokens that may register only some backends.
    pub(crate) tokens: Vec<PushTokenEntry>,
    /// Maximum time of a lease. A backend that does not renew its lease in time is removed.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub(crate) max_lease: Duration,
    /// File that keeps the leases across a restart of the router. The router writes it.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) state_file: Option<PathBuf>,
}

impl Default for Push {
    fn default() -> Self {
        Self {
            token_file: None,
            tokens: Vec::new(),
            max_lease: Duration::from_mins(1),
            state_file: None,
        }
    }
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["file"]))]
pub(crate) struct PushTokenEntry {
    /// File with the token: at least 16 characters.
    #[schemars(extend("minLength" = 1))]
    pub(crate) file: PathBuf,
    /// Prefix of the backend ids that the token may register. Default: any id.
    pub(crate) prefix: String,
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Docker {
    /// Address of the API: `unix:///path` or `tcp://host:port`.
    #[schemars(extend("format" = name::DOCKER_SOCKET, "minLength" = 1))]
    pub(crate) socket: String,
    /// Label expression that containers must match, beside `hyrouter.enable=true`: `a=b,c!=d,e in (x,y),!f`.
    #[serde(with = "AsOptionalText::<SelectorText>")]
    pub(crate) selector: Option<Selector>,
    /// Source of the addresses. `container`: the address in `network` and the port of the container. `published`: `host`
    /// and the published port. `label`: the labels `hyrouter.host` and `hyrouter.port`.
    #[serde(with = "AsText::<DockerAddressSource>")]
    pub(crate) address: DockerAddressSource,
    /// Network of the addresses, for `address: container`. Default: the only network of the container.
    pub(crate) network: Option<String>,
    /// Host name or IP address of the machine that runs the containers, for `address: published`.
    #[schemars(extend("format" = name::HOST))]
    pub(crate) host: Option<String>,
    /// PEM file with CA certificates for `tcp://`. It makes the connection TLS.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) ca_file: Option<PathBuf>,
    /// PEM file with the client certificate for `tcp://`. It makes the connection TLS.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) cert_file: Option<PathBuf>,
    /// PEM file with the key of the client certificate.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) key_file: Option<PathBuf>,
}

impl Default for Docker {
    fn default() -> Self {
        Self {
            socket: "unix:///var/run/docker.sock".to_owned(),
            selector: None,
            address: DockerAddressSource::Container,
            network: None,
            host: None,
            ca_file: None,
            cert_file: None,
            key_file: None,
        }
    }
}

names! {
    /// Source of the addresses of containers.
    pub(crate) enum DockerAddressSource {
        /// The address in a network.
        Container = "container",
        /// The published port.
        Published = "published",
        /// Labels.
        Label = "label",
    }
}
