//! A receiver with configurable responses and failures.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use hyrouter_testing::listen::Stream;
use hyrouter_testing::scripted::{AfterAnswer, ScriptedAnswer, ScriptedServer};

/// Response to a request.
#[derive(Clone)]
pub(super) enum Answer {
    /// This status, these header lines, no body.
    Status(&'static str, &'static str),
    /// These bytes, then the end of the connection.
    Raw(&'static str),
    /// These bytes, then nothing more.
    Stall(&'static str),
    /// A valid head, then a body without end.
    Endless,
}

pub(super) const OK: Answer = Answer::Status("200 OK", "");

/// One received request.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: String,
    pub(super) at: Instant,
}

impl Request {
    /// Returns the connection numbers in its body.
    pub(super) fn connections(&self) -> Vec<u64> {
        let array: Vec<Value> = serde_json::from_str(&self.body).unwrap();
        let connections = array.iter().map(|one| one["connection"].as_u64());
        connections.map(Option::unwrap).collect()
    }
}

pub(super) type Server = ScriptedServer<Answer>;

impl ScriptedAnswer for Answer {
    type Request = Request;

    const PATH: &'static str = "/decisions?key=1";

    fn good() -> Self {
        OK
    }

    fn read(head: String, body: Vec<u8>) -> Request {
        Request {
            head,
            body: String::from_utf8(body).unwrap(),
            at: Instant::now(),
        }
    }

    async fn give(self, stream: &mut Stream) -> AfterAnswer {
        match self {
            Self::Status(status, lines) => {
                let head = format!("HTTP/1.1 {status}\r\n{lines}Content-Length: 0\r\n\r\n");
                stream.write_all(head.as_bytes()).await.unwrap();
                AfterAnswer::KeepAlive
            }
            Self::Raw(bytes) => {
                let _ = stream.write_all(bytes.as_bytes()).await;
                let _ = stream.shutdown().await;
                AfterAnswer::ClosedByServer
            }
            Self::Stall(bytes) => {
                stream.write_all(bytes.as_bytes()).await.unwrap();
                let _ = stream.read_u8().await;
                AfterAnswer::ClosedByClient
            }
            Self::Endless => {
                let mut next: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";
                while stream.write_all(next).await.is_ok() {
                    next = &[b' '; 4096];
                }
                AfterAnswer::ClosedByClient
            }
        }
    }
}
