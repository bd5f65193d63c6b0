//! Servers that speak something else than gRPC, or nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyrouter_plugin_grpc::GrpcPlugin;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::{PATIENCE, ask, ask_within, code, message, plugin, settings};
use crate::tls_files::{Files, trusting};

/// Does the same to every connection, and counts them.
async fn server<F>(behave: impl Fn(TcpStream) -> F + Send + 'static) -> (String, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(behave(stream));
        }
    });
    (address, count)
}

#[tokio::test]
async fn what_is_not_http_2_is_a_transport_error() {
    for junk in [
        &b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"[..],
        b"220 mail.example.com ESMTP\r\n",
        b"",
        &[0; 16_000],
        &[0xff; 16_000],
    ] {
        let (address, _) = server(async move |mut stream: TcpStream| {
            // The client may close first.
            drop(stream.write_all(junk).await);
            drop(stream.shutdown().await);
        })
        .await;
        let plugin = plugin(&address);
        for _ in 0..3 {
            let answer = ask_within(&plugin, "a", PATIENCE).await;
            assert_eq!(code(&answer), "transport", "{answer:?}");
        }
    }
}

/// A connection is good when there was an answer, not when it was made.
#[tokio::test]
async fn a_server_that_closes_connections_is_not_connected_to_for_each_call() {
    let (address, connections) = server(async |stream: TcpStream| drop(stream)).await;
    let mut settings = settings(&address);
    // Longer than the test.
    settings.backoff.min = PATIENCE * 10;
    settings.backoff.max = PATIENCE * 10;
    let plugin = GrpcPlugin::new(&settings).unwrap();
    for _ in 0..100 {
        assert_eq!(code(&ask(&plugin, "a").await), "transport");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
    let answer = message(&ask(&plugin, "a").await);
    assert!(
        answer.ends_with("the last connection ended before there was an answer"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_server_that_never_answers_costs_the_deadline() {
    let (address, connections) = server(async |stream: TcpStream| {
        tokio::time::sleep(PATIENCE * 2).await;
        drop(stream);
    })
    .await;
    let plugin = plugin(&address);
    for _ in 0..3 {
        let started = Instant::now();
        let answer = ask_within(&plugin, "a", Duration::from_millis(100)).await;
        assert_eq!(code(&answer), "timeout", "{answer:?}");
        assert!(started.elapsed() < PATIENCE / 2);
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_handshake_that_never_ends_costs_the_connect_timeout() {
    let (address, _) = server(async |stream: TcpStream| {
        tokio::time::sleep(PATIENCE * 2).await;
        drop(stream);
    })
    .await;
    let files = Files::new();
    let ca = files.authority("ca");
    let mut settings = settings(&address);
    settings.connect_timeout = Duration::from_millis(200);
    settings.tls = Some(trusting(&ca.file));
    let plugin = GrpcPlugin::new(&settings).unwrap();
    let started = Instant::now();
    let answer = ask(&plugin, "a").await;
    assert!(
        message(&answer).ends_with("no connection within 200ms"),
        "{answer:?}"
    );
    assert!(started.elapsed() < PATIENCE / 2);
}

/// The attempt of a call that was given up ends in time and is not held against the next call.
#[tokio::test]
async fn who_comes_later_does_not_get_the_error_of_who_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let files = Files::new();
    let ca = files.authority("ca");
    let mut settings = settings(&listener.local_addr().unwrap().to_string());
    settings.connect_timeout = Duration::from_millis(200);
    settings.backoff.min = Duration::from_millis(1);
    settings.backoff.max = Duration::from_millis(1);
    settings.tls = Some(trusting(&ca.file));
    let plugin = GrpcPlugin::new(&settings).unwrap();

    let left = Duration::from_millis(50);
    assert_eq!(code(&ask_within(&plugin, "a", left).await), "timeout");
    let (first, _) = listener.accept().await.unwrap();
    // The attempt fails with nobody waiting for it.
    tokio::time::sleep(Duration::from_millis(400)).await;
    drop(first);
    let second = timeout(PATIENCE, listener.accept());
    let (answer, second) = tokio::join!(ask(&plugin, "a"), second);
    assert_eq!(code(&answer), "transport");
    assert!(second.is_ok(), "{answer:?}");
}
