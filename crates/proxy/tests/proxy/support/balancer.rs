//! A small UDP load balancer that speaks PROXY protocol version 2.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::UdpSocket;

/// In front of which datagrams of a flow a header stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyHeaders {
    First,
    Each,
    None,
}

/// Where the balancer's own datagrams come from.
pub(crate) const BALANCER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

/// Starts one on 127.0.0.1 in front of `server`; each client gets a port of [`BALANCER`] of its own.
pub(crate) async fn balancer(server: SocketAddr, headers: ProxyHeaders) -> SocketAddr {
    let front = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
    let address = front.local_addr().unwrap();
    tokio::spawn(async move {
        let mut flows: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
        let mut datagram = [0; 2048];
        loop {
            let (len, client) = front.recv_from(&mut datagram).await.unwrap();
            let is_new = !flows.contains_key(&client);
            if is_new {
                let back = Arc::new(UdpSocket::bind((BALANCER, 0)).await.unwrap());
                back.connect(server).await.unwrap();
                tokio::spawn(answers(Arc::clone(&back), Arc::clone(&front), client));
                flows.insert(client, back);
            }
            let mut forwarded = match headers {
                ProxyHeaders::Each => header(client, server),
                ProxyHeaders::First if is_new => header(client, server),
                ProxyHeaders::First | ProxyHeaders::None => Vec::new(),
            };
            forwarded.extend_from_slice(&datagram[..len]);
            flows[&client].send(&forwarded).await.unwrap();
        }
    });
    address
}

async fn answers(back: Arc<UdpSocket>, front: Arc<UdpSocket>, client: SocketAddr) {
    let mut datagram = [0; 2048];
    while let Ok(len) = back.recv(&mut datagram).await {
        front.send_to(&datagram[..len], client).await.unwrap();
    }
}

/// Of a client that was forwarded by UDP over IPv4.
pub(crate) fn header(client: SocketAddr, server: SocketAddr) -> Vec<u8> {
    let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21\x12\0\x0c".to_vec();
    for end in [client, server] {
        let IpAddr::V4(ip) = end.ip() else {
            panic!("these tests use IPv4");
        };
        bytes.extend(ip.octets());
    }
    bytes.extend(client.port().to_be_bytes());
    bytes.extend(server.port().to_be_bytes());
    bytes
}
