//! A server of keys with configurable responses and failures.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsAcceptor;

use hyrouter_testing::listen::{Stream, head, listen};

/// Response to each request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// 200 and this body.
    Keys(String),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// These bytes, then nothing more.
    Stall(Vec<u8>),
    /// A valid head, then one byte per second.
    Drip,
    /// A valid head, then a body without end.
    Endless,
}

/// One received request.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) at: Instant,
}

/// A server on this runtime, which ends with it.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    answer: Answer,
    requests: Vec<Request>,
    /// Connections that the client closed, and bytes that were written to them.
    left: usize,
    written: usize,
}

impl Server {
    pub(crate) async fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, None, answer)
    }

    pub(crate) async fn tls(acceptor: TlsAcceptor, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, Some(acceptor), answer)
    }

    pub(crate) fn on(listener: TcpListener, tls: Option<TlsAcceptor>, answer: Answer) -> Self {
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Shared {
            answer,
            requests: Vec::new(),
            left: 0,
            written: 0,
        }));
        let server = Self { address, shared };
        let serving = server.clone();
        listen(listener, tls, move |stream| {
            let server = serving.clone();
            async move {
                match stream {
                    Some(stream) => server.serve(stream).await,
                    None => server.shared.lock().unwrap().left += 1,
                }
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/jwks.json", self.address)
    }

    pub(crate) fn answers(&self, answer: Answer) {
        self.shared.lock().unwrap().answer = answer;
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.lock().unwrap().requests.clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.shared.lock().unwrap().requests.len()
    }

    /// Returns the number of connections that the client closed first.
    pub(crate) fn left(&self) -> usize {
        self.shared.lock().unwrap().left
    }

    /// Returns the number of bytes of endless bodies that the system accepted.
    pub(crate) fn written(&self) -> usize {
        self.shared.lock().unwrap().written
    }

    async fn serve(&self, mut stream: Stream) {
        let Some(head) = head(&mut stream).await else {
            return;
        };
        let answer = {
            let mut shared = self.shared.lock().unwrap();
            shared.requests.push(Request {
                head,
                at: Instant::now(),
            });
            shared.answer.clone()
        };
        self.answer(&mut stream, answer).await;
    }

    async fn answer(&self, stream: &mut Stream, answer: Answer) {
        match answer {
            Answer::Keys(body) => {
                let _ = stream.write_all(&ok(&body)).await;
                let _ = stream.shutdown().await;
            }
            Answer::Raw(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            }
            Answer::Stall(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                let _ = stream.read_u8().await;
                self.shared.lock().unwrap().left += 1;
            }
            Answer::Drip => {
                let mut next: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";
                while stream.write_all(next).await.is_ok() {
                    next = b" ";
                    sleep(Duration::from_secs(1)).await;
                }
                self.shared.lock().unwrap().left += 1;
            }
            Answer::Endless => {
                let mut next: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";
                while let Ok(written) = stream.write(next).await {
                    next = &[b' '; 4096];
                    self.shared.lock().unwrap().written += written;
                }
                self.shared.lock().unwrap().left += 1;
            }
        }
    }
}

/// Returns a good response.
pub(crate) fn ok(body: &str) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
    format!("{head}{}\r\n\r\n{body}", body.len()).into()
}
