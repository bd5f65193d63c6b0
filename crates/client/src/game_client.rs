//! The socket of a client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quinn::{Endpoint, EndpointConfig, TokioRuntime};
use socket2::{Domain, Protocol, Socket, Type};

use crate::dial::{Dial, PreparedDial};
use crate::error::GameClientError;
use crate::hello::Hello;
use crate::outcome::{ClientExchange, Ending, ExchangeOutcome};
use crate::session::Session;

/// Size of the socket's buffers in each direction, in bytes, if the system grants it.
const BUFFER: usize = 4 << 20;

/// Maximum time that [`GameClient::finish`] waits.
const FAREWELL: Duration = Duration::from_millis(100);

/// A UDP socket that connections start from; any number at a time.
#[derive(Debug, Clone)]
pub struct GameClient {
    endpoint: Endpoint,
}

impl GameClient {
    /// Binds a socket. Needs a tokio runtime around it.
    ///
    /// # Errors
    ///
    /// The error of the system for the address.
    pub fn bind(local: SocketAddr) -> Result<Self, GameClientError> {
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

    /// Binds a socket of the same address family as `remote`.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub fn toward(remote: SocketAddr) -> Result<Self, GameClientError> {
        let any = if remote.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        };
        any.parse()
            .map_or(Err(GameClientError::Address), Self::bind)
    }

    /// Connects, says hello, waits for the answer, and leaves.
    pub async fn exchange(&self, dial: &Dial, hello: &Hello) -> ClientExchange {
        match dial.prepare(&hello.alpn()) {
            Ok(dial) => self.exchange_prepared(&dial, hello).await,
            Err(error) => ClientExchange::failed(ExchangeOutcome::Ended(error.into())),
        }
    }

    /// As [`exchange`](Self::exchange), with a dial that is prepared once for many connections.
    pub async fn exchange_prepared(&self, dial: &PreparedDial, hello: &Hello) -> ClientExchange {
        let begun = Instant::now();
        let whole = async {
            match self.connect_prepared(dial).await {
                Ok(session) => session.exchange(hello).await,
                Err(ending) => ClientExchange::failed(ExchangeOutcome::Ended(ending)),
            }
        };
        let Ok(exchange) = tokio::time::timeout(dial.timeout, whole).await else {
            let waited = begun.elapsed();
            return ClientExchange::failed(ExchangeOutcome::Ended(Ending::NoAnswer { waited }));
        };
        exchange
    }

    /// Sends the last packets, including those that close connections. If a process ends without this, servers keep
    /// waiting. Takes at most 0.1 s.
    pub async fn finish(self) {
        let _ = tokio::time::timeout(FAREWELL, self.endpoint.wait_idle()).await;
    }

    /// Completes only the handshake, for tests that misbehave afterwards.
    ///
    /// # Errors
    ///
    /// The cause if the handshake fails.
    pub async fn connect(&self, dial: &Dial, alpn: &[u8]) -> Result<Session, Ending> {
        self.connect_prepared(&dial.prepare(alpn)?).await
    }

    /// As [`connect`](Self::connect), with a dial that is prepared once for many connections.
    ///
    /// # Errors
    ///
    /// The cause if the handshake fails.
    pub async fn connect_prepared(&self, dial: &PreparedDial) -> Result<Session, Ending> {
        let begun = Instant::now();
        let connection = self
            .endpoint
            .connect_with(dial.config.clone(), dial.address, &dial.name)
            .map_err(GameClientError::from)?
            .await?;
        Ok(Session::new(connection, begun.elapsed()))
    }
}
