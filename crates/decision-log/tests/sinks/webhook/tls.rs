//! Verification of the receiver's certificate.

use hyrouter_decision_log::{BearerToken, WebhookOptions};
use tokio::net::TcpListener;

use super::server::Server;
use super::{counts, open, record};
use hyrouter_testing::authority::Authority;
use hyrouter_testing::clock::{Clock, until};

/// A server with a certificate for this host.
async fn server(authority: &Authority, host: &str) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Server::on(listener, Some(authority.acceptor(host)), [])
}

fn trusting(authority: &Authority, server: &Server) -> WebhookOptions {
    WebhookOptions::new(format!("https://{}/d", server.address))
        .with_ca_file(Some(authority.file()))
        .with_token(Some(BearerToken::new("hunter2").unwrap()))
        .with_batch(1)
}

#[tokio::test(start_paused = true)]
async fn a_receiver_is_trusted_by_a_private_authority() {
    let _clock = Clock::hold().await;
    let authority = Authority::new();
    let server = server(&authority, "127.0.0.1").await;
    let sink = open(&trusting(&authority, &server));
    record(&sink, [1]);
    until("a batch", || counts(&sink) == (1, 0, 0)).await;
    assert_eq!(server.requests()[0].connections(), [1]);
    assert!(
        rustls::crypto::CryptoProvider::get_default().is_none(),
        "no provider is installed for the process"
    );
}

#[tokio::test(start_paused = true)]
async fn a_receiver_of_another_authority_or_name_is_not() {
    let clock = Clock::hold().await;
    let (ours, theirs) = (Authority::new(), Authority::new());
    for (authority, host) in [(&theirs, "127.0.0.1"), (&ours, "127.0.0.2")] {
        let server = server(authority, host).await;
        let sink = open(&trusting(&ours, &server));
        record(&sink, [1]);
        until("a handshake that ended", || server.closed_by_client() == 1).await;
        clock.settle().await;
        assert_eq!((server.count(), counts(&sink)), (0, (0, 0, 0)));
    }
}
