//! Callers who want too much, or give too little.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::support::client::{PATIENCE, Response};
use crate::support::{Running, serve};

/// What comes until the listener ends the connection.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let ended = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    drop(ended.expect("the listener ends the connection"));
    answer
}

async fn from(running: &Running, address: &str) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(format!("{address}:0").parse::<SocketAddr>().unwrap())?;
    socket.connect(running.address).await
}

/// Whether the connection has a place, told by an answer.
async fn answers(stream: &mut TcpStream) -> bool {
    let asked = stream
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await;
    let mut some = [0; 12];
    asked.is_ok()
        && timeout(PATIENCE, stream.read_exact(&mut some))
            .await
            .unwrap()
            .is_ok()
        && some.ends_with(b"200")
}

#[tokio::test]
async fn a_header_that_does_not_come_ends_the_connection() {
    let running = serve();
    let mut silent = running.client().connect().await;
    let mut slow = running.client().connect().await;
    slow.write_all(b"GET /livez HTTP/1.1\r\nHost: local")
        .await
        .unwrap();
    let mut idle = running.client().connect().await;
    assert!(answers(&mut idle).await);
    // Others are answered meanwhile.
    assert_eq!(running.client().get("/livez").await.status, 200);
    let (silent, slow, _) = tokio::join!(rest(&mut silent), rest(&mut slow), rest(&mut idle));
    assert!(!String::from_utf8(silent).unwrap().contains("200"));
    assert!(!String::from_utf8(slow).unwrap().contains("200"));
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_408() {
    let running = serve();
    let client = running.client().json();
    let mut stream = client.connect().await;
    let head = client.head("POST", "/api/explain", "Content-Length: 20\r\n");
    stream
        .write_all(format!("{head}{{\"sni\"").as_bytes())
        .await
        .unwrap();
    assert_eq!(Response::parse(&rest(&mut stream).await).status, 408);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_a_413() {
    let running = serve();
    let client = running.client().json();
    let fits = format!("{{\"sni\":\"{}\"}}", "a".repeat(60 * 1024));
    assert_eq!(client.ask("POST", "/api/explain", &fits).await.status, 200);
    let head = client.head("POST", "/api/explain", "Content-Length: 1000000000000\r\n");
    let mut stream = client.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let response = Response::parse(&rest(&mut stream).await);
    assert_eq!(response.status, 413);
    assert!(response.json()["error"].as_str().unwrap().contains("65536"));
    // A chunked body does not announce its length.
    let head = client.head("POST", "/api/explain", "Transfer-Encoding: chunked\r\n");
    let mut stream = client.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = format!("1000\r\n{}\r\n", "a".repeat(0x1000));
    for _ in 0..20 {
        if stream.write_all(piece.as_bytes()).await.is_err() {
            break;
        }
    }
    assert_eq!(Response::parse(&rest(&mut stream).await).status, 413);
}

#[tokio::test]
async fn a_header_that_is_too_long_is_refused() {
    let running = serve();
    let client = running.client().with("X-Long", &"a".repeat(100_000));
    let mut stream = client.connect().await;
    drop(
        stream
            .write_all(client.head("GET", "/livez", "").as_bytes())
            .await,
    );
    let answer = String::from_utf8(rest(&mut stream).await).unwrap();
    assert!(!answer.contains("200 OK"), "{answer}");
    assert_eq!(running.client().get("/livez").await.status, 200);
}

/// It comes in one piece, so that hyper has read it before it counts.
#[tokio::test]
async fn a_header_has_at_most_32_kib() {
    let running = serve();
    for (len, status) in [(32_000, 200), (33_000, 431), (40_000, 431)] {
        let client = running.client().with("X-Long", &"a".repeat(len));
        assert_eq!(client.get("/livez").await.status, status, "{len}");
        let long = format!("/livez?{}", "a".repeat(len));
        assert_eq!(running.client().get(&long).await.status, status, "{len}");
    }
}

#[tokio::test]
async fn large_answers_that_nobody_reads_are_bounded() {
    let running = serve();
    *running.fake.decisions.lock().unwrap() = vec![json!("x".repeat(1 << 20)); 5];
    let client = running.client();
    let all = || client.get("/api/decisions?limit=10000");
    let mut readers = Vec::new();
    // 5 MiB each, of 16 MiB.
    for _ in 0..3 {
        let mut stream = client.connect().await;
        let request = client.head("GET", "/api/decisions?limit=10000", "");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut some = [0; 12];
        stream.read_exact(&mut some).await.unwrap();
        assert!(some.ends_with(b"200"));
        readers.push(stream);
    }
    let refused = all().await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("Retry-After"), Some("1"));
    assert!(
        refused.json()["error"]
            .as_str()
            .unwrap()
            .contains("large responses")
    );
    // Small ones are answered.
    assert_eq!(
        running.client().get("/api/decisions?limit=0").await.status,
        200
    );
    assert_eq!(running.client().get("/livez").await.status, 200);
    // Who has read the answer, and who leaves, gives its room back.
    let whole = rest(readers.last_mut().unwrap()).await;
    assert!(whole.len() > 5 << 20);
    let answered = async { while all().await.status != 200 {} };
    timeout(PATIENCE, answered).await.expect("room again");
    drop(readers);
    let answered = async { while all().await.status != 200 {} };
    timeout(PATIENCE, answered).await.expect("room again");
}

#[tokio::test]
async fn garbage_ends_its_own_connection_alone() {
    let running = serve();
    for garbage in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    ] {
        let mut stream = running.client().connect().await;
        stream.write_all(garbage).await.unwrap();
        let answer = String::from_utf8_lossy(&rest(&mut stream).await).into_owned();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
    assert_eq!(running.client().get("/livez").await.status, 200);
    assert_eq!(running.fake.told(), [""; 0]);
}

/// Linux takes all of 127.0.0.0/8 for its own.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn connections_are_bounded_by_address_and_in_all() {
    let running = serve();
    let mut streams = Vec::new();
    for address in ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"] {
        for _ in 0..64 {
            let mut stream = from(&running, address).await.unwrap();
            assert!(answers(&mut stream).await, "{address}: {}", streams.len());
            streams.push(stream);
        }
        if streams.len() < 256 {
            // One address is full, another is not.
            assert!(!answers(&mut from(&running, address).await.unwrap()).await);
            assert!(answers(&mut from(&running, "127.0.0.9").await.unwrap()).await);
        }
    }
    assert!(!answers(&mut from(&running, "127.0.0.9").await.unwrap()).await);
    streams.truncate(200);
    let freed = async {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(50));
        loop {
            ticks.tick().await;
            if answers(&mut from(&running, "127.0.0.9").await.unwrap()).await {
                break;
            }
        }
    };
    timeout(PATIENCE, freed)
        .await
        .expect("places are free again");
}
