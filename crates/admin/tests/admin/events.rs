//! The stream of statuses.

use std::sync::atomic::Ordering;
use std::time::Instant;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::client::PATIENCE;
use crate::support::{Running, busy, serve};

struct Reader {
    stream: BufReader<TcpStream>,
    /// Whether the listener said that there is no more.
    finished: bool,
}

impl Reader {
    /// A reader whose request was answered with `200`.
    async fn open(running: &Running) -> Self {
        let (head, reader) = Self::ask(running).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(
            head.to_lowercase()
                .contains("content-type: text/event-stream"),
            "{head}"
        );
        reader
    }

    async fn ask(running: &Running) -> (String, Self) {
        let client = running.client();
        let mut stream = client.connect().await;
        stream
            .write_all(client.head("GET", "/api/events", "").as_bytes())
            .await
            .unwrap();
        let mut reader = Self {
            stream: BufReader::new(stream),
            finished: false,
        };
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            timeout(PATIENCE, reader.stream.read_line(&mut head))
                .await
                .unwrap()
                .unwrap();
        }
        (head, reader)
    }

    /// The next status; None at the end.
    async fn next(&mut self) -> Option<Value> {
        let mut named = false;
        loop {
            let mut line = String::new();
            if timeout(PATIENCE, self.stream.read_line(&mut line))
                .await
                .unwrap()
                .unwrap_or(0)
                == 0
            {
                return None;
            }
            self.finished |= line == "0\r\n";
            named |= line == "event: status\n";
            if let Some(data) = line.strip_prefix("data: ") {
                assert!(named, "an event without a name");
                return Some(serde_json::from_str(data).unwrap());
            }
        }
    }
}

#[tokio::test]
async fn a_reader_gets_a_status_at_once_and_then_others() {
    let running = serve();
    busy::fill(&running.fake);
    let mut reader = Reader::open(&running).await;
    let first = reader.next().await.unwrap();
    let second = reader.next().await.unwrap();
    assert!(second["uptime_seconds"].as_f64() > first["uptime_seconds"].as_f64());
    assert_eq!(first["routes"][0]["name"], "lobby");
}

#[tokio::test]
async fn readers_share_each_snapshot() {
    let running = serve();
    busy::fill(&running.fake);
    let began = Instant::now();
    let mut readers = Vec::new();
    for _ in 0..20 {
        readers.push(Reader::open(&running).await);
    }
    let mut seen = 0;
    for _ in 0..4 {
        for reader in &mut readers {
            reader.next().await.unwrap();
            seen += 1;
        }
    }
    // One a second, and one more for the first reader of a second; not one for each of them.
    let made = running.fake.statuses.load(Ordering::SeqCst);
    let bound = 2 * usize::try_from(began.elapsed().as_secs()).unwrap() + 4;
    assert_eq!(seen, 80);
    assert!((4..=bound).contains(&made), "{made} statuses were made");
}

#[tokio::test]
async fn nothing_is_made_without_a_reader() {
    let running = serve();
    let mut reader = Reader::open(&running).await;
    reader.next().await.unwrap();
    reader.next().await.unwrap();
    drop(reader);
    // The listener sees that the reader has gone when it writes to it; wait for a second in which nothing is made.
    let statuses = || running.fake.statuses.load(Ordering::SeqCst);
    let quiet = async {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(2500));
        let mut before = usize::MAX;
        loop {
            ticks.tick().await;
            if statuses() == before {
                break;
            }
            before = statuses();
        }
    };
    timeout(PATIENCE, quiet)
        .await
        .expect("statuses are made without a reader");
}

#[tokio::test]
async fn there_are_places_for_32() {
    let running = serve();
    let mut readers = Vec::new();
    for _ in 0..32 {
        readers.push(Reader::open(&running).await);
    }
    let (head, mut refused) = Reader::ask(&running).await;
    assert!(head.starts_with("HTTP/1.1 503"), "{head}");
    let mut body = String::new();
    refused.stream.read_to_string(&mut body).await.unwrap();
    assert!(body.contains("32 readers"), "{body}");
    assert_eq!(running.client().get("/api/status").await.status, 200);
    // A place is free again when the listener sees that its reader has gone.
    readers.pop();
    let again = async {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(50));
        loop {
            ticks.tick().await;
            if Reader::ask(&running).await.0.starts_with("HTTP/1.1 200") {
                break;
            }
        }
    };
    timeout(PATIENCE, again).await.expect("a place is free");
}

#[tokio::test]
async fn a_reader_who_does_not_read_is_dropped_and_holds_up_nobody() {
    let running = serve();
    // Large, so that the buffers of the kernel are soon full.
    running.fake.status.lock().unwrap().warnings = vec!["w".repeat(4 << 20)];
    let mut lazy = Reader::open(&running).await;
    running.fake.status.lock().unwrap().warnings.clear();
    let mut other = Reader::open(&running).await;
    for _ in 0..3 {
        other.next().await.unwrap();
    }
    drop(other);
    // Whoever reads nothing is left alone with what the kernel has for them. Places tell when: all 32 are free.
    let gone = async {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(250));
        loop {
            ticks.tick().await;
            let mut readers = Vec::new();
            for _ in 0..32 {
                let (head, reader) = Reader::ask(&running).await;
                readers.extend(head.starts_with("HTTP/1.1 200").then_some(reader));
            }
            if readers.len() == 32 {
                break;
            }
        }
    };
    timeout(PATIENCE, gone)
        .await
        .expect("the reader is dropped");
    let mut kept = Vec::new();
    let ended = timeout(PATIENCE, lazy.stream.read_to_end(&mut kept))
        .await
        .unwrap();
    assert!(
        ended.is_err() || kept.len() < 4 << 20,
        "{} bytes were kept",
        kept.len()
    );
}

/// Nothing shows that they do not read: what is sent fits into the buffers of the systems.
#[tokio::test(start_paused = true)]
async fn readers_who_are_alive_and_read_nothing_lose_their_places() {
    let running = serve();
    let mut idle = Vec::new();
    for _ in 0..32 {
        idle.push(Reader::open(&running).await);
    }
    let began = tokio::time::Instant::now();
    let free = async {
        let mut ticks = tokio::time::interval(std::time::Duration::from_secs(1));
        loop {
            ticks.tick().await;
            if Reader::ask(&running).await.0.starts_with("HTTP/1.1 200") {
                break began.elapsed().as_secs();
            }
        }
    };
    let after = timeout(2 * PATIENCE, free).await.expect("a place is free");
    assert!((58..=75).contains(&after), "free after {after} s");
    let mut first = idle.remove(0);
    while first.next().await.is_some() {}
    assert!(first.finished, "the stream was cut");
}

#[tokio::test]
async fn streams_end_with_the_listener() {
    let running = serve();
    let mut reader = Reader::open(&running).await;
    reader.next().await.unwrap();
    timeout(PATIENCE, running.stop()).await.unwrap();
    while reader.next().await.is_some() {}
    assert!(reader.finished, "the stream was cut");
}
