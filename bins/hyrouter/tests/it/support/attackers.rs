//! Clients that take what they can get.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyrouter_client::quic_config;
use quinn::crypto::{self, Session as TlsSession};
use quinn::udp::{RecvMeta, Transmit};
use quinn::{
    AsyncUdpSocket, ClientConfig, ConnectError, Connection, Endpoint, EndpointConfig, RecvStream,
    Runtime as _, SendStream, Side, TokioRuntime, TransportConfig, UdpPoller,
};
use quinn_proto::transport_parameters::TransportParameters;
use tokio::sync::watch;
use tokio::task::JoinSet;

const ALPN: &[u8] = b"hytale/3";
/// Time after which an unanswered handshake is started again.
const GIVE_UP: Duration = Duration::from_secs(5);
/// Bytes of packets, the largest first: what is left after them has no room for a player's.
const PACKETS: [(usize, usize); 5] = [(36, 38_160), (10, 4_096), (10, 512), (10, 64), (8, 16)];

/// A pool that all connections share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pool {
    /// What QUIC remembers of connections that are over.
    Remembered,
    /// Handshakes that are not finished.
    HalfOpen,
    /// Memory for packets that are not whole.
    Unread,
    /// Connections that are open.
    Connections,
}

/// An attack that goes on until it is dropped.
pub(crate) struct Attack {
    tries: watch::Receiver<usize>,
    _attackers: JoinSet<()>,
}

/// A connection and the stream that was begun on it.
type Held = (Connection, Option<(SendStream, RecvStream)>);

impl Pool {
    pub(crate) const ALL: [Self; 4] = [
        Self::Remembered,
        Self::HalfOpen,
        Self::Unread,
        Self::Connections,
    ];

    /// Begins to take it, from these addresses in turn, with so many tries at a time.
    pub(crate) fn attack(self, server: SocketAddr, from: &[IpAddr], at_once: usize) -> Attack {
        let endpoints: Arc<[_]> = from.iter().map(|ip| self.endpoint(*ip)).collect();
        let config = self.config();
        let (count, tries) = watch::channel(0);
        let (count, next) = (Arc::new(count), Arc::new(AtomicUsize::new(0)));
        let mut attackers = JoinSet::new();
        for _ in 0..at_once {
            let (endpoints, config) = (Arc::clone(&endpoints), config.clone());
            let (count, next) = (Arc::clone(&count), Arc::clone(&next));
            attackers.spawn(async move {
                let mut held: Vec<Held> = Vec::new();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let endpoint = &endpoints[n % endpoints.len()];
                    held.extend(self.take(endpoint, config.clone(), server, n).await);
                    held.retain(|(connection, _)| connection.close_reason().is_none());
                    count.send_modify(|tries| *tries += 1);
                }
            });
        }
        Attack {
            tries,
            _attackers: attackers,
        }
    }

    fn endpoint(self, from: IpAddr) -> Endpoint {
        let socket = UdpSocket::bind((from, 0)).unwrap();
        let mut socket = TokioRuntime.wrap_udp_socket(socket).unwrap();
        if self == Self::HalfOpen {
            socket = Arc::new(Mute(socket));
        }
        let (config, runtime) = (EndpointConfig::default(), Arc::new(TokioRuntime));
        Endpoint::new_with_abstract_socket(config, None, socket, runtime).unwrap()
    }

    fn config(self) -> ClientConfig {
        let tls = Arc::new(quic_config(&[ALPN.to_vec()]).unwrap());
        let mut config = ClientConfig::new(Arc::new(Late(tls)));
        let mut transport = TransportConfig::default();
        let give_up = (self == Self::HalfOpen).then(|| GIVE_UP.try_into().unwrap());
        transport.max_idle_timeout(give_up);
        config.transport_config(Arc::new(transport));
        config
    }

    /// The try of that number, and what is to be held of it.
    async fn take(
        self,
        from: &Endpoint,
        config: ClientConfig,
        server: SocketAddr,
        n: usize,
    ) -> Option<Held> {
        let connecting = from.connect_with(config, server, "localhost").unwrap();
        let connection = connecting.await.ok()?;
        match self {
            Self::Remembered => {
                connection.close(0_u32.into(), b"");
                None
            }
            Self::HalfOpen => panic!("shook hands with a client that hears nothing"),
            Self::Unread => {
                let (mut send, recv) = connection.open_bi().await.ok()?;
                let mut packet = 38_161_u32.to_le_bytes().to_vec();
                packet.resize(8 + bytes_of_packet(n), 0);
                // What does not fit into the window is sent as the router reads.
                send.write_all(&packet).await.ok()?;
                Some((connection, Some((send, recv))))
            }
            Self::Connections => Some((connection, None)),
        }
    }
}

fn bytes_of_packet(n: usize) -> usize {
    let sizes = PACKETS
        .iter()
        .flat_map(|(count, bytes)| (0..*count).map(|_| *bytes));
    sizes.cycle().nth(n % packets()).unwrap()
}

/// How many packets fill the memory that the tests give the router.
pub(crate) fn packets() -> usize {
    PACKETS.iter().map(|(count, _)| count).sum()
}

impl Attack {
    /// Waits until so many tries are over, whatever became of them.
    pub(crate) async fn tried(&mut self, times: usize) {
        self.tries.wait_for(|tries| *tries >= times).await.unwrap();
    }
}

/// TLS of a client that claims to acknowledge as late as the protocol allows, 16.4 seconds.
struct Late(Arc<crypto::rustls::QuicClientConfig>);

impl crypto::ClientConfig for Late {
    fn start_session(
        self: Arc<Self>,
        version: u32,
        server_name: &str,
        params: &TransportParameters,
    ) -> Result<Box<dyn TlsSession>, ConnectError> {
        let mut written = Vec::new();
        params.write(&mut written);
        // `max_ack_delay`, which is not there while it has its default.
        written.extend([0x0b, 2, 0x7f, 0xff]);
        let params = TransportParameters::read(Side::Client, &mut &*written).unwrap();
        Arc::clone(&self.0).start_session(version, server_name, &params)
    }
}

/// A socket that hears Retry packets and nothing else (RFC 9000, section 17.2.5).
#[derive(Debug)]
struct Mute(Arc<dyn AsyncUdpSocket>);

impl AsyncUdpSocket for Mute {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Arc::clone(&self.0).create_io_poller()
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        self.0.try_send(transmit)
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(self.0.poll_recv(cx, bufs, metas))?;
        for (buf, meta) in bufs.iter().zip(metas).take(count) {
            if buf[0] & 0xf0 != 0xf0 {
                meta.len = 0;
            }
        }
        Poll::Ready(Ok(count))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
