//! Servers that do not speak gRPC, or send nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyrouter_plugin_api::Plugin as _;
use hyrouter_plugin_grpc::GrpcPlugin;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::support::{
    PATIENCE, Running, SHORT, ask, ask_within, code, message, peer_like, plugin, settings, upper,
};
use crate::tls_files::{Files, trusting};

/// Runs a server that treats all connections alike and counts them.
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
async fn another_protocol_is_a_transport_error() {
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
            let answer = ask_within(&plugin, "a", Duration::from_millis(200)).await;
            let code = code(&answer);
            assert!(code == "transport" || code == "unreachable", "{answer:?}");
        }
    }
}

/// Checks that a connection counts as good after a response, not after it was made.
#[tokio::test]
async fn a_server_that_closes_connections_is_not_connected_to_at_each_call() {
    let (address, connections) = server(async |stream: TcpStream| drop(stream)).await;
    let mut settings = settings(&address);
    // Longer than the test.
    settings.backoff.min = PATIENCE * 10;
    settings.backoff.max = PATIENCE * 10;
    let plugin = GrpcPlugin::new(&settings).unwrap();
    for _ in 0..3 {
        let answer = ask_within(&plugin, "a", SHORT).await;
        let code = code(&answer);
        assert!(code == "transport" || code == "unreachable", "{answer:?}");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
    let answer = message(&ask_within(&plugin, "a", SHORT).await);
    assert!(
        answer.contains("the last connection ended before a response"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_silent_server_costs_the_deadline() {
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
async fn an_endless_handshake_costs_the_connect_timeout() {
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
    let answer = ask_within(&plugin, "a", SHORT * 2).await;
    assert!(
        message(&answer).contains("no connection within 200ms"),
        "{answer:?}"
    );
    assert!(started.elapsed() < PATIENCE / 2);
}

/// Checks that the attempt of a dropped call ends in time, and does not delay the next call.
#[tokio::test]
async fn a_later_call_does_not_get_the_error_of_a_dropped_call() {
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
    assert_eq!(code(&ask_within(&plugin, "a", left).await), "unreachable");
    let (first, _) = listener.accept().await.unwrap();
    // The attempt fails while no call waits for it.
    tokio::time::sleep(Duration::from_millis(400)).await;
    drop(first);
    let second = timeout(PATIENCE, listener.accept());
    let (answer, second) = tokio::join!(ask_within(&plugin, "a", SHORT * 2), second);
    assert_eq!(code(&answer), "unreachable");
    assert!(second.is_ok(), "{answer:?}");
}

/// Runs a server that sends the same frame until the connection ends.
async fn flooding(frame: Vec<u8>) -> (String, Arc<AtomicUsize>, Arc<Notify>) {
    let left = Arc::new(Notify::new());
    let leaving = Arc::clone(&left);
    let (address, connections) = server(move |mut stream: TcpStream| {
        let (frames, left) = (frame.repeat(1_000), Arc::clone(&leaving));
        async move {
            // By then the preface, settings and a request have arrived, which a response on stream 1 needs.
            let mut start = [0; 256];
            let mut read = 0;
            while read < 200 {
                read += stream.read(&mut start).await.unwrap();
                // The client waits for the server's settings.
                drop(stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await);
            }
            while stream.write_all(&frames).await.is_ok() {}
            left.notify_one();
        }
    })
    .await;
    (address, connections, left)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flooding_server_is_disconnected_and_others_are_called() {
    let good = Running::new(hyrouter_plugin_grpc::PluginServer::new(peer_like)).await;
    let other = plugin(&good.address);
    for (name, kind, payload) in [
        ("SETTINGS", 4, &[][..]),
        ("PING", 6, &[7; 8]),
        ("WINDOW_UPDATE", 8, &[0, 0, 0, 1]),
        ("unknown", 0xee, &[1; 8]),
    ] {
        let len = u8::try_from(payload.len()).unwrap();
        let frame = [&[0, 0, len, kind, 0, 0, 0, 0, 0], payload].concat();
        let (address, connections, left) = flooding(frame).await;
        let plugin = plugin(&address);
        let answer = ask_within(&plugin, "a", PATIENCE).await;
        assert_eq!(code(&answer), "transport", "{name}: {answer:?}");
        timeout(PATIENCE, left.notified()).await.unwrap();
        let closed = plugin.connections_closed().unwrap();
        let seen = connections.load(Ordering::Relaxed) as u64;
        assert!((1..=seen).contains(&closed.by_flood), "{name}: {closed:?}");
        assert_eq!(ask(&other, "b").await, Ok(upper("b")), "{name}");
    }
    assert_eq!(other.connections_closed().unwrap().by_flood, 0);
}

#[tokio::test]
async fn a_disconnected_plugin_is_connected_to_again() {
    let (gone, mut has_gone) = tokio::sync::mpsc::unbounded_channel();
    let (address, connections) = server(move |mut stream: TcpStream| {
        let gone = gone.clone();
        async move {
            let mut sink = Vec::new();
            drop(stream.read_to_end(&mut sink).await);
            gone.send(()).unwrap();
        }
    })
    .await;
    let plugin = plugin(&address);
    plugin.disconnect();
    for round in 1..=2 {
        let answer = ask_within(&plugin, "a", Duration::from_millis(300)).await;
        assert_eq!(code(&answer), "timeout", "{answer:?}");
        plugin.disconnect();
        timeout(PATIENCE, has_gone.recv()).await.unwrap().unwrap();
        // While the breaker is open, the client reconnects without calls.
        assert!(connections.load(Ordering::Relaxed) >= round);
        let closed = plugin.connections_closed().unwrap();
        assert_eq!((closed.by_breaker, closed.by_flood), (round as u64, 0));
        // The next attempt to connect is not due yet.
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}
