//! Whom to connect to, and with what.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quinn::{
    ClientConfig, ConnectionError, Endpoint, EndpointConfig, TokioRuntime, TransportConfig,
};
use socket2::{Domain, Protocol, Socket, Type};

use crate::exchange::{Exchange, Session};
use crate::hello::Hello;
use crate::outcome::{Ending, Outcome};
use crate::tls::{self, ClientCert};

/// Bytes that the socket may queue in each direction, if the system grants it.
const BUFFER: usize = 4 << 20;

/// How long [`Client::finish`] waits.
const FAREWELL: Duration = Duration::from_millis(100);

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

/// A [`Dial`] with its TLS configuration made: what many connections to one place share.
#[derive(Debug, Clone)]
pub struct Ready {
    config: ClientConfig,
    address: SocketAddr,
    name: String,
    timeout: Duration,
}

impl Dial {
    /// Makes the TLS configuration, for a client that offers `alpn` unless this dial says otherwise.
    ///
    /// # Errors
    ///
    /// A certificate that can not be used.
    pub fn ready(&self, alpn: &[u8]) -> Result<Ready, ClientError> {
        let own = [alpn.to_vec()];
        let offered = self.alpn.as_deref().unwrap_or(&own);
        let crypto = tls::client_crypto(offered, self.cert.as_ref())?;
        let mut config = ClientConfig::new(Arc::new(crypto));
        let mut transport = TransportConfig::default();
        // Probing for larger packets costs the server more than everything else that is sent.
        transport.mtu_discovery_config(None);
        config.transport_config(Arc::new(transport));
        Ok(Ready {
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

/// A UDP socket that connections start from; any number at a time.
#[derive(Debug, Clone)]
pub struct Client {
    endpoint: Endpoint,
}

impl Client {
    /// Binds a socket. Needs a tokio runtime around it.
    ///
    /// # Errors
    ///
    /// What the system says of the address.
    pub fn bind(local: SocketAddr) -> Result<Self, ClientError> {
        let socket = Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
        // The answers to a burst of connections come at once; what does not fit is lost, and each
        // loss costs the one that it meets a second.
        socket.set_recv_buffer_size(BUFFER)?;
        socket.set_send_buffer_size(BUFFER)?;
        socket.bind(&local.into())?;
        let endpoint = Endpoint::new(
            EndpointConfig::default(),
            None,
            socket.into(),
            Arc::new(TokioRuntime),
        )?;
        Ok(Self { endpoint })
    }

    /// A socket of the same address family as `remote`.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub fn toward(remote: SocketAddr) -> Result<Self, ClientError> {
        let any = if remote.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        };
        any.parse().map_or(Err(ClientError::Address), Self::bind)
    }

    /// Connects, says hello, waits for the answer, and leaves.
    pub async fn exchange(&self, dial: &Dial, hello: &Hello) -> Exchange {
        match dial.ready(&hello.alpn()) {
            Ok(ready) => self.exchange_ready(&ready, hello).await,
            Err(error) => Exchange::failed(Outcome::Ended(error.into())),
        }
    }

    /// As [`exchange`](Self::exchange), with what can be made beforehand made.
    pub async fn exchange_ready(&self, ready: &Ready, hello: &Hello) -> Exchange {
        let begun = Instant::now();
        let whole = async {
            match self.connect_ready(ready).await {
                Ok(session) => session.exchange(hello).await,
                Err(ending) => Exchange::failed(Outcome::Ended(ending)),
            }
        };
        let Ok(exchange) = tokio::time::timeout(ready.timeout, whole).await else {
            let waited = begun.elapsed();
            return Exchange::failed(Outcome::Ended(Ending::NoAnswer { waited }));
        };
        exchange
    }

    /// Lets the last packets out, among them those that tell servers goodbye; a process that ends
    /// without this leaves them waiting. Takes 0.1 s at most.
    pub async fn finish(self) {
        let _ = tokio::time::timeout(FAREWELL, self.endpoint.wait_idle()).await;
    }

    /// Shakes hands and no more: for tests that misbehave afterwards.
    ///
    /// # Errors
    ///
    /// How the connection ended instead.
    pub async fn connect(&self, dial: &Dial, alpn: &[u8]) -> Result<Session, Ending> {
        self.connect_ready(&dial.ready(alpn)?).await
    }

    /// As [`connect`](Self::connect), with what can be made beforehand made.
    ///
    /// # Errors
    ///
    /// How the connection ended instead.
    pub async fn connect_ready(&self, ready: &Ready) -> Result<Session, Ending> {
        let begun = Instant::now();
        let connection = self
            .endpoint
            .connect_with(ready.config.clone(), ready.address, &ready.name)
            .map_err(ClientError::from)?
            .await?;
        Ok(Session::new(connection, begun.elapsed()))
    }
}

/// Why a client can not even try, or how its handshake failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The socket.
    #[error("UDP socket: {0}")]
    Socket(#[from] std::io::Error),
    /// No address to bind to.
    #[error("no local address of that family")]
    Address,
    /// A key or certificate.
    #[error("making a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS configuration.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The crypto provider lacks what QUIC needs.
    #[error("the crypto provider has no TLS13_AES_128_GCM_SHA256")]
    NoInitialCipherSuite,
    /// The address or host name can not be dialled.
    #[error("{0}")]
    Dial(#[from] quinn::ConnectError),
    /// The handshake.
    #[error("{0}")]
    Connection(#[from] ConnectionError),
}
