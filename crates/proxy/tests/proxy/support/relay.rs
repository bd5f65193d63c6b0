//! A client's way to two servers that see it come from one address: what two replicas behind one balancer see.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;

/// Where a client that wants the relay connects to.
///
/// What it sends before it has a Retry token goes to `first`, all else to `second`. `between` is called before the
/// first datagram that has a token is passed on.
pub(crate) async fn relay(
    first: SocketAddr,
    second: SocketAddr,
    between: impl FnOnce() + Send + 'static,
) -> SocketAddr {
    let bind = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
    let (front, back) = (bind().await.unwrap(), bind().await.unwrap());
    let address = front.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut up, mut down) = ([0; 2048], [0; 2048]);
        let mut client = None;
        let mut between = Some(between);
        let mut has_token = false;
        loop {
            tokio::select! {
                received = front.recv_from(&mut up) => {
                    let (len, from) = received.unwrap();
                    client = Some(from);
                    has_token |= token_len(&up[..len]) > 0;
                    if has_token && let Some(between) = between.take() {
                        between();
                    }
                    let to = if has_token { second } else { first };
                    back.send_to(&up[..len], to).await.unwrap();
                }
                received = back.recv_from(&mut down) => {
                    let (len, _) = received.unwrap();
                    if let Some(client) = client {
                        front.send_to(&down[..len], client).await.unwrap();
                    }
                }
            }
        }
    });
    address
}

/// How long the token of an Initial is, as far as its first byte tells (RFC 9000, section 17.2.2); 0 for all else.
fn token_len(datagram: &[u8]) -> u8 {
    if datagram[0] & 0xf0 != 0xc0 {
        return 0;
    }
    let destination = usize::from(datagram[5]);
    let source_at = 6 + destination;
    let source = usize::from(datagram[source_at]);
    datagram[source_at + 1 + source]
}
