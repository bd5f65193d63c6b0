//! How a connection ended, as precisely as QUIC has it.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyrouter_client::{Dial, Ending, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::{Generation, encode_referral};
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{Connection, Endpoint, SendStream, ServerConfig, VarInt};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A server that speaks the protocol of g4.
fn server() -> Endpoint {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(["server".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut tls = rustls::ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    tls.alpn_protocols = vec![Hello::of(Generation::G4).alpn()];
    let tls = QuicServerConfig::try_from(tls).unwrap();
    let config = ServerConfig::with_crypto(Arc::new(tls));
    Endpoint::server(config, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap()
}

/// The outcome of an exchange with a server that does this once a hello has begun to arrive.
async fn outcome<F>(serve: impl FnOnce(Connection, SendStream) -> F) -> ExchangeOutcome
where
    F: Future<Output = ()> + Send + 'static,
{
    let server = server();
    let client = GameClient::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let dial = Dial::new(server.local_addr().unwrap()).timeout(Duration::from_secs(5));
    let exchange = tokio::spawn(async move {
        let exchange = client.exchange(&dial, &Hello::of(Generation::G4)).await;
        exchange.outcome
    });
    let connection = server.accept().await.unwrap().await.unwrap();
    let (send, mut recv) = connection.accept_bi().await.unwrap();
    recv.read_chunk(1, true).await.unwrap();
    serve(connection, send).await;
    exchange.await.unwrap()
}

#[tokio::test]
async fn a_referral_is_read() {
    let outcome = outcome(async |connection: Connection, mut send: SendStream| {
        let mut packet = Vec::new();
        encode_referral("10.0.0.7", 5521, Some(b"data"), &mut packet).unwrap();
        send.write_all(&packet).await.unwrap();
        connection.closed().await;
    });
    assert_eq!(
        outcome.await,
        ExchangeOutcome::Referral {
            host: "10.0.0.7".to_owned(),
            port: 5521,
            data: Some(b"data".to_vec()),
        }
    );
}

#[tokio::test]
async fn a_packet_of_a_game_server_is_another_one() {
    let outcome = outcome(async |connection: Connection, mut send: SendStream| {
        send.write_all(&[3, 0, 0, 0, 77, 0, 0, 0, 1, 2, 3])
            .await
            .unwrap();
        connection.closed().await;
    });
    let other = ExchangeOutcome::Other {
        packet_id: 77,
        payload_len: 3,
    };
    assert_eq!(outcome.await, other);
}

#[tokio::test]
async fn a_close_of_the_application_has_its_code_and_text() {
    let outcome = outcome(async |connection: Connection, _send| {
        connection.close(VarInt::from_u32(4), b"too late");
        connection.closed().await;
    });
    let ending = Ending::Application {
        code: 4,
        reason: "too late".to_owned(),
    };
    assert_eq!(outcome.await, ExchangeOutcome::Ended(ending));
}

#[tokio::test]
async fn a_stream_may_end_without_a_packet() {
    let outcome = outcome(async |connection: Connection, mut send: SendStream| {
        send.write_all(&[3, 0]).await.unwrap();
        send.finish().unwrap();
        connection.closed().await;
    });
    let ending = Ending::EndOfStream;
    assert_eq!(outcome.await, ExchangeOutcome::Ended(ending));
}

#[tokio::test]
async fn an_answer_that_is_announced_too_long_is_not_waited_for() {
    let outcome = outcome(async |connection: Connection, mut send: SendStream| {
        send.write_all(&[0, 0, 0, 0x10, 0, 0, 0, 0]).await.unwrap();
        connection.closed().await;
    });
    let outcome = outcome.await;
    assert!(
        matches!(outcome, ExchangeOutcome::Ended(Ending::Local(_))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_refused_protocol_is_an_alert_of_tls() {
    let server = server();
    let client = GameClient::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let dial = Dial::new(server.local_addr().unwrap()).alpn([&b"other/1"[..]]);
    let accepting = tokio::spawn(async move { server.accept().await.unwrap().await.is_err() });
    let exchange = client.exchange(&dial, &Hello::of(Generation::G4)).await;
    // CRYPTO_ERROR of no_application_protocol (RFC 9001, section 8.1).
    let ExchangeOutcome::Ended(Ending::Transport { code, .. }) = exchange.outcome else {
        panic!("{exchange:?}");
    };
    assert_eq!(code, 0x178);
    assert!(accepting.await.unwrap());
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let client = GameClient::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let patience = Duration::from_millis(100);
    let dial = Dial::new(socket.local_addr().unwrap()).timeout(patience);
    let exchange = client.exchange(&dial, &Hello::of(Generation::G4)).await;
    let ExchangeOutcome::Ended(Ending::NoAnswer { waited }) = exchange.outcome else {
        panic!("{exchange:?}");
    };
    assert!(waited >= patience);
    assert_eq!(exchange.handshake, None);
}
