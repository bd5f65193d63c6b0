//! An echo server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use hyrouter_testing::listen::{Stream, listen};
use hyrouter_testing::post;

/// A server on this runtime, which ends with it.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    heads: Vec<String>,
}

impl Server {
    pub(crate) async fn new(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
        };
        let serving = server.clone();
        listen(listener, tls, move |stream| {
            let server = serving.clone();
            async move { server.serve(stream).await }
        });
        server
    }

    /// Number of completed connections.
    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// Heads of the received requests.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.seen.lock().unwrap().heads.clone()
    }

    async fn serve(&self, stream: Option<Stream>) {
        let Some(mut stream) = stream else {
            return;
        };
        self.seen.lock().unwrap().connections += 1;
        while let Some((head, body)) = post::read(&mut stream).await {
            self.seen.lock().unwrap().heads.push(head);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&body).await.unwrap();
        }
    }
}
