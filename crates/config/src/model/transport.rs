use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text_form::{Alpn, AsOptionalText, AsText, AsTextList, PositiveDuration, names};

/// Certificate and application protocols.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TlsSettings {
    /// PEM file with the certificate chain, the leaf certificate first. Needs `key_file`. Default: the router makes a
    /// self-signed ECDSA P-256 certificate in memory. The start, a reload and `hyrouter check` warn of a certificate
    /// that is not valid now or ends within 14 days.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub cert_file: Option<PathBuf>,
    /// PEM file with the private key of the certificate. Needs `cert_file`.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub key_file: Option<PathBuf>,
    /// Application protocols in order of preference, 1 to 255 bytes each. `hytale/*` stands for the highest
    /// `hytale/<n>` that the client offers; every other entry is literal and must not contain `*`.
    #[serde(with = "AsTextList::<Alpn>")]
    #[schemars(length(min = 1))]
    pub alpn: Vec<String>,
}

impl TlsSettings {
    /// Returns the files of the certificate and of its key. `None` without a certificate.
    pub fn certificate(&self) -> Option<(&Path, &Path)> {
        self.cert_file.as_deref().zip(self.key_file.as_deref())
    }
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self {
            cert_file: None,
            key_file: None,
            alpn: vec!["hytale/*".to_owned()],
        }
    }
}

/// The QUIC transport.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct QuicSettings {
    /// Maximum time without a packet from the client. After it the router closes the connection. An idle connection
    /// holds about 34 KB.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub max_idle_timeout: Duration,
    /// Number of UDP sockets that share the port, each with its own worker thread. 0 is one per core, so that the
    /// system spreads clients over all cores.
    #[schemars(range(max = 1024))]
    pub endpoints: usize,
    /// File with the secret of address tokens (QUIC Retry), at least 32 bytes: plain text, `base64:...` or `hex:...`.
    /// Replicas behind one address need the same secret, so that each accepts the tokens of the others. Default: a
    /// random secret of this process.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub token_key_file: Option<PathBuf>,
    /// Client addresses from a UDP load balancer. Default: the router uses the source addresses of the datagrams.
    pub proxy_protocol: Option<ProxyProtocolSettings>,
}

impl Default for QuicSettings {
    fn default() -> Self {
        Self {
            max_idle_timeout: Duration::from_secs(30),
            endpoints: 0,
            token_key_file: None,
            proxy_protocol: None,
        }
    }
}

/// Load balancers that put a PROXY protocol header, version 2, in front of datagrams of clients.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["trusted"]))]
#[non_exhaustive]
pub struct ProxyProtocolSettings {
    /// Networks and addresses of the load balancers. The router accepts client addresses from them, and drops their
    /// datagrams that belong to no client they named. It ignores headers from elsewhere.
    #[serde(with = "AsTextList::<IpNet>")]
    #[schemars(length(min = 1))]
    pub trusted: Vec<IpNet>,
    /// Datagrams that carry a header. `first`: at least the first of each flow. `every`: all; the router drops those
    /// without. With `first` a client whose flow was silent for 10 seconds can pass for another address, so use `every`
    /// if the load balancers support it.
    #[serde(with = "AsText::<ProxyHeaderMode>")]
    pub headers: ProxyHeaderMode,
}

impl Default for ProxyProtocolSettings {
    fn default() -> Self {
        Self {
            trusted: Vec::new(),
            headers: ProxyHeaderMode::First,
        }
    }
}

names! {
    /// Datagrams that a load balancer puts a PROXY protocol header in front of.
    pub enum ProxyHeaderMode {
        /// At least the first of each flow.
        First = "first",
        /// All of them.
        Every = "every",
    }
}

/// Clients of builds that this release does not know.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Protocol {
    /// Treatment of a client whose build is newer than any that this release knows. `route`: the router reads its
    /// packets by the newest known layout, as far as that fits, and warns once per build. `deny`: the router refuses
    /// it.
    #[serde(with = "AsText::<UnknownProtocol>")]
    pub(crate) unknown: UnknownProtocol,
}

impl Default for Protocol {
    fn default() -> Self {
        Self {
            unknown: UnknownProtocol::Route,
        }
    }
}

names! {
    /// Treatment of a client whose build is newer than any known one.
    pub enum UnknownProtocol {
        /// The client is routed. Its packets are read by the newest known layout.
        Route = "route",
        /// The client is refused.
        Deny = "deny",
    }
}
