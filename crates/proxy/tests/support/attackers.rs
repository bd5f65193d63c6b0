//! Clients that take what they can get.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyrouter_client::{Client, Dial, Session};
use quinn::crypto::{self, Session as TlsSession};
use quinn::udp::{RecvMeta, Transmit};
use quinn::{
    AsyncUdpSocket, ClientConfig, ConnectError, Connecting, Endpoint, EndpointConfig, Runtime as _,
    Side, TokioRuntime, UdpPoller,
};
use quinn_proto::transport_parameters::TransportParameters;

const ALPN: &[u8] = b"hytale/3";

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

fn late() -> ClientConfig {
    let tls = hyrouter_client::quic_config(&[ALPN.to_vec()]).unwrap();
    ClientConfig::new(Arc::new(Late(Arc::new(tls))))
}

fn endpoint(from: IpAddr, mute: bool) -> Endpoint {
    let socket = UdpSocket::bind((from, 0)).unwrap();
    let mut socket = TokioRuntime.wrap_udp_socket(socket).unwrap();
    if mute {
        socket = Arc::new(Mute(socket));
    }
    let config = EndpointConfig::default();
    Endpoint::new_with_abstract_socket(config, None, socket, Arc::new(TokioRuntime)).unwrap()
}

/// Shakes hands and leaves at once, again and again, and has the router remember it for as long as it can.
pub(crate) async fn leave_memories(server: SocketAddr, from: IpAddr, times: usize) {
    let (endpoint, config) = (endpoint(from, false), late());
    for _ in 0..times {
        let connecting = endpoint.connect_with(config.clone(), server, "localhost");
        if let Ok(connection) = connecting.unwrap().await {
            connection.close(0_u32.into(), b"");
        }
    }
}

/// Handshakes that are begun with a proven address and never finished. They last as long as what this returns.
pub(crate) fn half_open(
    server: SocketAddr,
    from: IpAddr,
    count: usize,
) -> (Endpoint, Vec<Connecting>) {
    let endpoint = endpoint(from, true);
    let connect = |_| endpoint.connect_with(late(), server, "localhost").unwrap();
    let begun = (0..count).map(connect).collect();
    (endpoint, begun)
}

/// Connections that send the beginning of the longest packet there is, and nothing more.
pub(crate) async fn hold(
    server: SocketAddr,
    from: IpAddr,
    count: usize,
    bytes: usize,
) -> Vec<Session> {
    let client = Client::bind((from, 0).into()).unwrap();
    let dial = Dial::new(server).host("localhost");
    let mut held = Vec::new();
    for _ in 0..count {
        let Ok(mut session) = client.connect(&dial, ALPN).await else {
            continue;
        };
        if bytes > 0 {
            let mut packet = 38_161_u32.to_le_bytes().to_vec();
            packet.resize(8 + bytes, 0);
            // What does not fit into the window is sent as the router reads; one that is turned away takes nothing.
            let _ = session.send(&packet).await;
        }
        held.push(session);
    }
    held
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
