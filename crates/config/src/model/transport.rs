use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tls {
    /// PEM file with the certificate chain, the own certificate first. With `key_file` or not at all; without them a
    /// self-signed ECDSA P-256 certificate is made in memory. A certificate that is not valid now, or ends within 14
    /// days, is a warning of the start, of a reload and of `hyrouter check`.
    pub(crate) cert_file: Option<String>,
    /// PEM file with the private key of the certificate.
    pub(crate) key_file: Option<String>,
    /// Application protocols, the preferred first. `hytale/*` takes the highest `hytale/<n>` that the client offers;
    /// every other entry is literal and holds no `*`.
    #[schemars(length(min = 1), extend("items" = json!({"type": "string", "format": "alpn"})))]
    pub(crate) alpn: Vec<String>,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            cert_file: None,
            key_file: None,
            alpn: vec!["hytale/*".to_owned()],
        }
    }
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Quic {
    /// A connection on which nothing arrives for so long is closed. An idle connection costs about 34 KB of memory.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) max_idle_timeout: String,
    /// UDP sockets that share the port, each with its own thread of work. 0: one per core, which lets the system
    /// spread clients over all cores.
    #[schemars(range(max = 1024))]
    pub(crate) endpoints: u32,
    /// File with the secret that address tokens (QUIC Retry) are made with, at least 32 bytes: plain text, `base64:...`
    /// or `hex:...`. Replicas behind one address need the same, so that a client which was told to prove its address by
    /// one of them is believed by the next. Absent: a random one of this process.
    pub(crate) token_key_file: Option<String>,
    /// Real addresses of clients behind a load balancer for UDP. Absent: addresses are those of the datagrams.
    pub(crate) proxy_protocol: Option<ProxyProtocol>,
}

impl Default for Quic {
    fn default() -> Self {
        Self {
            max_idle_timeout: "30s".to_owned(),
            endpoints: 0,
            token_key_file: None,
            proxy_protocol: None,
        }
    }
}

/// Load balancers that put a PROXY protocol header, version 2, in front of datagrams of clients.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["trusted"]))]
pub(crate) struct ProxyProtocol {
    /// Networks and addresses of the load balancers. Their word is taken for the address of the client, and datagrams
    /// of theirs that do not belong to a client they named are dropped. From elsewhere a header counts for nothing.
    #[schemars(length(min = 1), extend("items" = json!({"type": "string", "format": "network"})))]
    pub(crate) trusted: Vec<String>,
    /// Which datagrams have a header: `first` is the first of each flow at least, `every` is all, and drops those
    /// without. With `first` a client whose flow was silent for 10 seconds can pass for another address, so that `every`
    /// is better where the balancers can do it.
    #[schemars(extend("enum" = ["first", "every"]))]
    pub(crate) headers: String,
}

impl Default for ProxyProtocol {
    fn default() -> Self {
        Self {
            trusted: Vec::new(),
            headers: "first".to_owned(),
        }
    }
}
