//! Engines behind TCP and TLS.

use std::net::SocketAddr;
use std::path::PathBuf;

use hyrouter_discovery::{DockerSettings, SourceSettings};
use hyrouter_testing::authority::Authority;
use hyrouter_testing::engine::ContainerEngine;
use hyrouter_testing::listen::listen;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio_rustls::TlsAcceptor;

use super::{ENABLED, PORT, names, network, settings};
use crate::followed::Followed;

/// Puts a TCP port in front of an engine.
async fn port(engine: PathBuf, tls: Option<TlsAcceptor>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    listen(listener, tls, move |client| {
        let engine = engine.clone();
        async move {
            let Some(mut client) = client else {
                return;
            };
            let mut engine = UnixStream::connect(engine).await.unwrap();
            // Either side may end the connection.
            drop(copy_bidirectional(&mut client, &mut engine).await);
        }
    });
    address
}

fn follow(address: SocketAddr, change: impl FnOnce(&mut DockerSettings)) -> Followed {
    let mut settings = settings("/unused".as_ref(), network(None));
    settings.socket = format!("tcp://localhost:{}", address.port());
    change(&mut settings);
    Followed::new(SourceSettings::Docker(settings))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_is_followed_over_tcp() {
    let Some(engine) = ContainerEngine::docker() else {
        return;
    };
    let mut followed = follow(port(engine.socket(), None).await, |_| {});
    engine.run("lobby", &[ENABLED, PORT]);
    names(&mut followed, &["lobby"]).await;
    engine.call(&["kill", "lobby"]);
    names(&mut followed, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_is_followed_over_tls() {
    let Some(engine) = ContainerEngine::docker() else {
        return;
    };
    let authority = Authority::new();
    let address = port(
        engine.socket(),
        Some(authority.strict_acceptor("localhost")),
    )
    .await;
    let (cert_file, key_file) = authority.client();
    let mut followed = follow(address, |settings| {
        settings.ca_file = Some(authority.file());
        settings.cert_file = Some(cert_file.clone());
        settings.key_file = Some(key_file.clone());
    });
    engine.run("lobby", &[ENABLED, PORT]);
    names(&mut followed, &["lobby"]).await;

    let mut nameless = follow(address, |settings| {
        settings.ca_file = Some(authority.file());
    });
    nameless.until_error("CertificateRequired").await;
    let other = Authority::new();
    let mut strange = follow(address, |settings| {
        settings.ca_file = Some(other.file());
        settings.cert_file = Some(cert_file.clone());
        settings.key_file = Some(key_file.clone());
    });
    strange.until_error("invalid peer certificate").await;
}
