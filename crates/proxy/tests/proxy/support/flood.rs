//! First flights of clients that never hear an answer, from as many addresses as wanted.

use std::collections::HashSet;
use std::io::{self, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, Endpoint, EndpointConfig, TokioRuntime, UdpPoller};

/// Milliseconds after which a datagram that the server has not dealt with is taken for lost.
const GIVE_UP: u32 = 2_000;

/// Makes `count` first datagrams, each of a connection of its own, as a game client does and as good as its.
///
/// Needs a tokio runtime around it.
pub(crate) async fn initials(count: usize) -> Vec<Vec<u8>> {
    let captured = Arc::new(Captured::default());
    let endpoint = Endpoint::new_with_abstract_socket(
        EndpointConfig::default(),
        None,
        Arc::clone(&captured) as Arc<dyn AsyncUdpSocket>,
        Arc::new(TokioRuntime),
    )
    .unwrap();
    let config = super::shown::client_config();
    let mut initials = Vec::with_capacity(count);
    let mut connections = HashSet::with_capacity(count);
    while initials.len() < count {
        let connecting = endpoint
            .connect_with(
                config.clone(),
                "127.0.0.1:5520".parse().unwrap(),
                "localhost",
            )
            .unwrap();
        // The connection's own task sends.
        while captured.is_empty() {
            tokio::task::yield_now().await;
        }
        for datagram in captured.take() {
            // Others are of connections before: that they are given up, or the same once more.
            if connections.insert(destination_id(&datagram)) {
                initials.push(datagram);
            }
        }
        drop(connecting);
    }
    initials.truncate(count);
    initials
}

/// UDP sockets of that many addresses of this machine, each of another /24: the whole of 127.0.0.0/8 is it on Linux.
pub(crate) fn sources(count: u16) -> Vec<UdpSocket> {
    (0..count)
        .map(|n| {
            let [high, low] = n.to_be_bytes();
            let socket = UdpSocket::bind((Ipv4Addr::new(127, 100 + high, low, 7), 0)).unwrap();
            socket.set_nonblocking(true).unwrap();
            socket
        })
        .collect()
}

/// The destination connection id of a long header (RFC 9000, section 17.2), which a client makes up.
fn destination_id(datagram: &[u8]) -> Vec<u8> {
    let len = usize::from(datagram[5]);
    datagram[6..6 + len].to_vec()
}

/// A socket that keeps what is sent and hears nothing.
#[derive(Debug, Default)]
struct Captured(Mutex<Vec<Vec<u8>>>);

impl Captured {
    fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }

    fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl AsyncUdpSocket for Captured {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(AlwaysWritable)
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        self.0.lock().unwrap().push(transmit.contents.to_vec());
        Ok(())
    }

    fn poll_recv(
        &self,
        _cx: &mut Context<'_>,
        _bufs: &mut [IoSliceMut<'_>],
        _meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        Poll::Pending
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)))
    }
}

#[derive(Debug)]
struct AlwaysWritable;

impl UdpPoller for AlwaysWritable {
    fn poll_writable(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// What came of a flood.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flooded {
    /// Datagrams that were sent.
    pub(crate) sent: u64,
    /// Those that the server had not dealt with when the sender gave up waiting for it: lost before they got there.
    pub(crate) lost: u64,
}

/// Sends all `initials` once, by turns from all `sources`, as fast as the server takes them: never more than `ahead`
/// beyond what it has `handled`, so that the kernel does not throw the flood away and with it the players'.
pub(crate) async fn flood(
    server: SocketAddr,
    sources: &[UdpSocket],
    initials: &[Vec<u8>],
    ahead: u64,
    handled: impl Fn() -> u64,
) -> Flooded {
    let mut flooded = Flooded::default();
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    for (initial, source) in initials.iter().zip(sources.iter().cycle()) {
        // The sender's own buffer may be full for a moment.
        while source.send_to(initial, server).is_err() {
            tick.tick().await;
        }
        flooded.sent += 1;
        let mut waited = 0;
        while flooded.sent - flooded.lost > handled() + ahead {
            if waited == GIVE_UP {
                flooded.lost = flooded.sent.saturating_sub(handled());
                break;
            }
            tick.tick().await;
            waited += 1;
        }
    }
    flooded
}

/// Sends all `initials` once, by turns from all `sources`, so many each millisecond, whatever the server makes of them.
pub(crate) async fn stream(
    server: SocketAddr,
    sources: &[UdpSocket],
    initials: &[Vec<u8>],
    per_milli: usize,
) {
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    let mut sources = sources.iter().cycle();
    for some in initials.chunks(per_milli) {
        tick.tick().await;
        for (initial, source) in some.iter().zip(&mut sources) {
            // What the sender's own buffer does not take is lost, as on a line that is full.
            let _ = source.send_to(initial, server);
        }
    }
}
