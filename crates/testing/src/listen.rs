//! Connections of servers for tests.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

/// A connection, with TLS or without.
pub type Stream = Box<dyn Duplex>;

/// Capabilities of a connection.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// Accepts connections until the runtime ends and hands each to `serve`: `None` is one that failed in the handshake of
/// TLS.
pub fn listen<F: Future<Output = ()> + Send>(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    serve: impl Fn(Option<Stream>) -> F + Clone + Send + 'static,
) {
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (serve, tls) = (serve.clone(), tls.clone());
            tokio::spawn(async move {
                let stream: Option<Stream> = match tls {
                    None => Some(Box::new(stream)),
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => Some(Box::new(stream)),
                        Err(_) => None,
                    },
                };
                serve(stream).await;
            });
        }
    });
}

/// Reads the head of the next request, with the empty line at its end. `None`: the client closed the connection.
pub async fn head(stream: &mut Stream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

/// Reserves a port that refuses connections until a test listens on it.
pub fn deaf() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}
