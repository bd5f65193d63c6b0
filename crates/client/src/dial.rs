//! What to connect to, and what to show there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::{ClientConfig, TransportConfig};

use crate::error::GameClientError;
use crate::tls::{self, ClientCert};

/// Where to go and what to show there.
#[derive(Debug, Clone)]
pub struct Dial {
    address: SocketAddr,
    host: Option<String>,
    alpn: Option<Vec<Vec<u8>>>,
    cert: Option<ClientCert>,
    timeout: Duration,
}

impl Dial {
    /// Without a host name, without a certificate, within 10 seconds.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            host: None,
            alpn: None,
            cert: None,
            timeout: Duration::from_secs(10),
        }
    }

    /// The host name to ask for (SNI). None is sent unless this is set.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// What to offer instead of the ALPN name of the hello's generation, most preferred first.
    #[must_use]
    pub fn alpn<I: Into<Vec<u8>>>(mut self, alpn: impl IntoIterator<Item = I>) -> Self {
        self.alpn = Some(alpn.into_iter().map(Into::into).collect());
        self
    }

    /// The certificate to show when asked.
    #[must_use]
    pub fn cert(mut self, cert: ClientCert) -> Self {
        self.cert = Some(cert);
        self
    }

    /// How long the whole exchange may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl Dial {
    /// Makes the TLS configuration, for a client that offers `alpn` unless this dial says otherwise.
    ///
    /// # Errors
    ///
    /// A certificate that can not be used.
    pub fn prepare(&self, alpn: &[u8]) -> Result<PreparedDial, GameClientError> {
        let own = [alpn.to_vec()];
        let offered = self.alpn.as_deref().unwrap_or(&own);
        let crypto = tls::client_crypto(offered, self.cert.as_ref())?;
        let mut config = ClientConfig::new(Arc::new(crypto));
        let mut transport = TransportConfig::default();
        // Probing for larger packets costs the server more than everything else that is sent.
        transport.mtu_discovery_config(None);
        config.transport_config(Arc::new(transport));
        Ok(PreparedDial {
            config,
            address: self.address,
            // An address instead of a name sends no SNI (RFC 6066, section 3).
            name: self
                .host
                .clone()
                .unwrap_or_else(|| self.address.ip().to_string()),
            timeout: self.timeout,
        })
    }
}

/// A [`Dial`] with its TLS configuration made: what many connections to one place share.
#[derive(Debug, Clone)]
pub struct PreparedDial {
    pub(crate) config: ClientConfig,
    pub(crate) address: SocketAddr,
    pub(crate) name: String,
    pub(crate) timeout: Duration,
}
