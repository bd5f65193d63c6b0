//! Verification of a service's certificate.

use std::time::Duration;

use hyrouter_identity::{KeeperSettings, TokenRefusal};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::server::Server;
use super::support::{Kept, key, keys};
use hyrouter_testing::authority::Authority;
use hyrouter_testing::clock::{Clock, until};

fn trusting(authority: &Authority, url: &str) -> Kept {
    let settings = KeeperSettings {
        ca_file: Some(authority.file()),
        ..KeeperSettings::default()
    };
    Kept::with(url, settings)
}

fn https(server: &Server) -> String {
    format!("https://{}/jwks.json", server.address)
}

#[tokio::test(start_paused = true)]
async fn a_service_is_trusted_by_a_private_authority() {
    let clock = Clock::hold().await;
    let (a, b) = (key("a"), key("b"));
    let authority = Authority::new();
    let server = Server::tls(authority.acceptor("127.0.0.1"), keys(&[&a])).await;
    let kept = trusting(&authority, &https(&server)).run();
    until("keys", || kept.verify(&a).is_ok()).await;
    assert!(
        rustls::crypto::CryptoProvider::get_default().is_none(),
        "no provider is installed for the process"
    );

    server.answers(keys(&[&b]));
    clock.pass(Duration::from_secs(661)).await;
    until("a refresh", || kept.verify(&b).is_ok()).await;
}

#[tokio::test(start_paused = true)]
async fn a_service_of_another_authority_or_name_is_not() {
    let _clock = Clock::hold().await;
    let key = key("a");
    let (ours, theirs) = (Authority::new(), Authority::new());
    for (authority, host, problem) in [
        (&theirs, "127.0.0.1", "BadSignature"),
        (&ours, "127.0.0.2", "not valid for name"),
    ] {
        let server = Server::tls(authority.acceptor(host), keys(&[&key])).await;
        let kept = trusting(&ours, &https(&server)).run();
        until("a failure", || kept.status().failures == 1).await;
        assert!(kept.error().contains(problem), "{}", kept.error());
        assert_eq!(kept.verify(&key), Err(TokenRefusal::KeysUnavailable));
        until("a handshake that ended", || server.left() == 1).await;
        assert_eq!(server.count(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hanging_handshake_times_out() {
    let clock = Clock::hold().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let kept = trusting(&Authority::new(), &url).run();
    let (mut stream, _) = listener.accept().await.unwrap();
    clock.pass(Duration::from_secs(9)).await;
    assert_eq!(kept.status().failures, 0);
    clock.pass(Duration::from_millis(1010)).await;
    until("a failure", || kept.status().failures == 1).await;
    assert_eq!(kept.error(), "no response within 10s");
    // Up to the end of the connection.
    stream.read_to_end(&mut Vec::new()).await.unwrap();
}
