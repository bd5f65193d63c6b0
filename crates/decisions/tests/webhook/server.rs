//! A receiver that can be told to fail.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::listen::{Stream, listen};
use crate::post;

/// What a request is answered with.
#[derive(Clone)]
pub(crate) enum Answer {
    /// This status, these lines of the head, no body.
    Status(&'static str, &'static str),
    /// These bytes, then the end of the connection.
    Raw(&'static str),
    /// These bytes, then nothing more.
    Stall(&'static str),
    /// A good head, then a body that does not end.
    Endless,
}

pub(crate) const OK: Answer = Answer::Status("200 OK", "");

/// One request as it came.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

impl Request {
    /// The numbers of the connections in it.
    pub(crate) fn connections(&self) -> Vec<u64> {
        let array: Vec<Value> = serde_json::from_str(&self.body).unwrap();
        let connections = array.iter().map(|one| one["connection"].as_u64());
        connections.map(Option::unwrap).collect()
    }
}

/// A server on this runtime. Ends with it.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// What the next requests are answered with. All others are good.
    answers: VecDeque<Answer>,
    requests: Vec<Request>,
    /// Connections that began, and those that the client ended.
    came: usize,
    left: usize,
}

impl Server {
    pub(crate) async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, None, answers)
    }

    pub(crate) fn on(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        answers: impl IntoIterator<Item = Answer>,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let shared = Shared {
            answers: answers.into_iter().collect(),
            ..Shared::default()
        };
        let server = Self {
            address,
            shared: Arc::new(Mutex::new(shared)),
        };
        let serving = server.clone();
        listen(listener, tls, move |stream| {
            let server = serving.clone();
            async move { server.serve(stream).await }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/decisions?key=1", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.lock().unwrap().requests.clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.shared.lock().unwrap().requests.len()
    }

    pub(crate) fn came(&self) -> usize {
        self.shared.lock().unwrap().came
    }

    pub(crate) fn left(&self) -> usize {
        self.shared.lock().unwrap().left
    }

    async fn serve(&self, stream: Option<Stream>) {
        self.shared.lock().unwrap().came += 1;
        if let Some(stream) = stream
            && !self.answer(stream).await
        {
            return;
        }
        self.shared.lock().unwrap().left += 1;
    }

    /// Whether the client left first.
    async fn answer(&self, mut stream: Stream) -> bool {
        while let Some((head, body)) = post::read(&mut stream).await {
            let answer = {
                let mut shared = self.shared.lock().unwrap();
                shared.requests.push(Request {
                    head,
                    body: String::from_utf8(body).unwrap(),
                    at: Instant::now(),
                });
                shared.answers.pop_front().unwrap_or(OK)
            };
            match answer {
                Answer::Status(status, lines) => {
                    let head = format!("HTTP/1.1 {status}\r\n{lines}Content-Length: 0\r\n\r\n");
                    stream.write_all(head.as_bytes()).await.unwrap();
                }
                Answer::Raw(bytes) => {
                    let _ = stream.write_all(bytes.as_bytes()).await;
                    let _ = stream.shutdown().await;
                    return false;
                }
                Answer::Stall(bytes) => {
                    stream.write_all(bytes.as_bytes()).await.unwrap();
                    let _ = stream.read_u8().await;
                    break;
                }
                Answer::Endless => {
                    let mut next: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";
                    while stream.write_all(next).await.is_ok() {
                        next = &[b' '; 4096];
                    }
                    break;
                }
            }
        }
        true
    }
}
