//! Settings of a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::{ClientConfig, TransportConfig};

use crate::error::GameClientError;
use crate::tls::{self, ClientCert};

/// Address of a server and the data that the client presents there.
#[derive(Debug, Clone)]
pub struct Dial {
    address: SocketAddr,
    host: Option<String>,
    alpn: Option<Vec<Vec<u8>>>,
    cert: Option<ClientCert>,
    timeout: Duration,
}

impl Dial {
    /// Returns a dial without a host name and a certificate, and with a timeout of 10 seconds.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            host: None,
            alpn: None,
            cert: None,
            timeout: Duration::from_secs(10),
        }
    }

    /// Sets the host name to ask for (SNI). Default: none is sent.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Sets the ALPN names to offer, the most preferred first. Default: that of the hello's generation.
    #[must_use]
    pub fn alpn<I: Into<Vec<u8>>>(mut self, alpn: impl IntoIterator<Item = I>) -> Self {
        self.alpn = Some(alpn.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the certificate to show when the server asks for one. Default: none.
    #[must_use]
    pub fn cert(mut self, cert: ClientCert) -> Self {
        self.cert = Some(cert);
        self
    }

    /// Sets the maximum duration of the whole exchange. Default: 10 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl Dial {
    /// Makes the TLS configuration of a client that offers `alpn`, unless ALPN names are [set](Self::alpn).
    ///
    /// # Errors
    ///
    /// A certificate that cannot be used.
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

/// A [`Dial`] with its TLS configuration made, which many connections to one server share.
#[derive(Debug, Clone)]
pub struct PreparedDial {
    pub(crate) config: ClientConfig,
    pub(crate) address: SocketAddr,
    pub(crate) name: String,
    pub(crate) timeout: Duration,
}
