//! The part of a server for tests that is the same whatever it answers. For tests of other crates to take it in by
//! `#[path]`.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

/// A connection, with TLS or without.
pub(crate) type Stream = Box<dyn Duplex>;

pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// Hands over each connection that comes, or none for one that the client left in the handshake of TLS. Ends with the
/// runtime.
pub(crate) fn listen<F: Future<Output = ()> + Send>(
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

/// The head of the next request, with the empty line at its end. None: the client left.
pub(crate) async fn head(stream: &mut Stream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

/// A port that refuses connections, and is nobody else's, until somebody listens.
pub(crate) fn deaf() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}
