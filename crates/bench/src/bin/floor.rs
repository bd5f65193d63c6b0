//! The least that a QUIC server can do for the same exchange: reads one frame, answers with fixed
//! bytes, lets the client go.
//!
//! Its settings are those of the router, written out here on their own, so that a change over there
//! shows as a difference. It asks for no client certificate, decodes nothing and logs nothing.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{
    Endpoint, EndpointConfig, IdleTimeout, Incoming, ServerConfig, TokioRuntime, TransportConfig,
    VarInt,
};
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use socket2::{Domain, Protocol, Socket, Type};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A referral to 127.0.0.1:5521 without data.
const ANSWER: &[u8] = b"\x15\0\0\0\x12\0\0\0\x01\0\0\0\0\xff\xff\xff\xff\x91\x15\x09127.0.0.1";

#[derive(Debug, Parser)]
struct Args {
    /// Address to listen on
    #[arg(default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut config = EndpointConfig::default();
        config.supported_versions(vec![1]);
        let endpoint = Endpoint::new(
            config,
            Some(server()?),
            socket(args.listen)?,
            Arc::new(TokioRuntime),
        )?;
        print(&format!("listening on {}", endpoint.local_addr()?));
        let mut end = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        loop {
            tokio::select! {
                incoming = endpoint.accept() => {
                    tokio::spawn(serve(incoming.context("the endpoint ended")?));
                }
                _ = end.recv() => return Ok(()),
            }
        }
    })
}

async fn serve(incoming: Incoming) -> Option<()> {
    let connection = incoming.accept().ok()?.await.ok()?;
    let (mut send, mut recv) = connection.accept_bi().await.ok()?;
    let mut header = [0; 8];
    recv.read_exact(&mut header).await.ok()?;
    let [a, b, c, d, ..] = header;
    let mut payload = vec![0; (u32::from_le_bytes([a, b, c, d]) as usize).min(40_000)];
    recv.read_exact(&mut payload).await.ok()?;
    send.write_all(ANSWER).await.ok()?;
    send.finish().ok()?;
    let _ = tokio::time::timeout(Duration::from_secs(5), connection.closed()).await;
    connection.close(VarInt::from_u32(0), b"");
    Some(())
}

fn server() -> anyhow::Result<ServerConfig> {
    let mut provider = default_provider();
    provider
        .cipher_suites
        .sort_by_key(|suite| *suite != cipher_suite::TLS13_AES_128_GCM_SHA256);
    provider.kx_groups = vec![kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1];
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let cert = rcgen::CertificateParams::new(["floor".to_owned()])?.self_signed(&key)?;
    let mut tls = rustls::ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(
            vec![cert.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )?;
    tls.alpn_protocols = vec![
        b"hytale/3".to_vec(),
        b"hytale/2".to_vec(),
        b"hytale/1".to_vec(),
    ];
    tls.ignore_client_order = true;
    tls.send_tls13_tickets = 0;

    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(8))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .stream_receive_window(VarInt::from_u32(16 << 10))
        .receive_window(VarInt::from_u32(32 << 10))
        .send_window(32 << 10)
        .datagram_receive_buffer_size(None)
        .datagram_send_buffer_size(0)
        .mtu_discovery_config(None)
        .allow_spin(false)
        .max_idle_timeout(Some(IdleTimeout::try_from(Duration::from_secs(30))?));
    let mut config = ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    config
        .transport_config(Arc::new(transport))
        .migration(false)
        .max_incoming(2_048)
        .incoming_buffer_size(16 << 10)
        .incoming_buffer_size_total(4 << 20);
    config.validation_token.sent(0);
    Ok(config)
}

fn socket(listen: SocketAddr) -> anyhow::Result<UdpSocket> {
    let socket = Socket::new(
        Domain::for_address(listen),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    socket.set_recv_buffer_size(4 << 20)?;
    socket.set_send_buffer_size(2 << 20)?;
    socket.set_nonblocking(true)?;
    socket.bind(&listen.into())?;
    Ok(socket.into())
}

#[expect(
    clippy::print_stdout,
    reason = "the parent process waits for this line"
)]
fn print(line: &str) {
    println!("{line}");
}
