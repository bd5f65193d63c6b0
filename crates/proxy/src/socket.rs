//! The UDP sockets that share one port.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::ServerError;

/// Receive buffer of one socket, in bytes. A client's first datagram counts about 2.3 KB, and a dropped one delays its
/// player by 1 s: 4 MiB holds about 1,800 players that arrive at once.
const RECV_BUFFER: usize = 4 << 20;
/// Send buffer of one socket, in bytes. An answer takes a few datagrams; a burst of 1,000 answers fits.
const SEND_BUFFER: usize = 2 << 20;

/// The address that a server listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenAddress {
    /// One address.
    Address(SocketAddr),
    /// All interfaces on this port: IPv6 and IPv4 on one socket where the system can, else IPv4.
    AllInterfaces(u16),
}

impl ListenAddress {
    /// Returns the requested port; 0 leaves the choice to the system.
    pub fn port(self) -> u16 {
        match self {
            Self::Address(address) => address.port(),
            Self::AllInterfaces(port) => port,
        }
    }
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self::Address(address)
    }
}

impl std::fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::AllInterfaces(port) => write!(f, ":{port}"),
        }
    }
}

/// The sockets of one server, all on one address.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) bound: Vec<UdpSocket>,
    pub(crate) address: SocketAddr,
    pub(crate) recv_buffer: RecvBuffer,
}

/// The receive buffer of a UDP socket, in bytes. If the system grants less than was requested, players who arrive in a
/// burst lose their first packet and a second of their time. On Linux `net.core.rmem_max` is the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecvBuffer {
    /// Bytes that the server asked for.
    pub requested: usize,
    /// Bytes that the system granted.
    pub granted: usize,
}

impl Sockets {
    /// Binds `count` sockets that share the port, so that each core has one of its own.
    pub(crate) fn bind(listen: ListenAddress, count: usize) -> Result<Self, ServerError> {
        let failed = |error| ServerError::Bind { listen, error };
        let mut wanted = match listen {
            ListenAddress::Address(address) => address,
            ListenAddress::AllInterfaces(port) => all_interfaces(port),
        };
        // With `SO_REUSEPORT`, binding succeeds beside another process of the same user that shares the port too, and
        // players would be split between the two. A first bind without the option detects this.
        drop(open(wanted, Sharing::Alone).map_err(failed)?);

        let sharing = if count > 1 {
            Sharing::Port
        } else {
            Sharing::Alone
        };
        let mut sockets = Vec::with_capacity(count);
        for _ in 0..count {
            let socket = open(wanted, sharing).map_err(failed)?;
            // With port 0 the first socket gets one from the system, and the others join it.
            wanted = socket
                .local_addr()
                .map_err(failed)?
                .as_socket()
                .unwrap_or(wanted);
            sockets.push(socket);
        }
        let granted = sockets
            .first()
            .and_then(|s| s.recv_buffer_size().ok())
            .unwrap_or(0);
        // Linux includes its bookkeeping and reports twice the granted size (socket(7)).
        let granted = if cfg!(target_os = "linux") {
            granted / 2
        } else {
            granted
        };
        Ok(Self {
            bound: sockets.into_iter().map(UdpSocket::from).collect(),
            address: wanted,
            recv_buffer: RecvBuffer {
                requested: RECV_BUFFER,
                granted,
            },
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    Alone,
    Port,
}

fn all_interfaces(port: u16) -> SocketAddr {
    let dual = SocketAddr::from((Ipv6Addr::UNSPECIFIED, port));
    match Socket::new(Domain::IPV6, Type::DGRAM, Some(Protocol::UDP))
        .and_then(|socket| socket.set_only_v6(false))
    {
        Ok(()) => dual,
        Err(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
    }
}

fn open(address: SocketAddr, sharing: Sharing) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    #[cfg(target_os = "linux")]
    if sharing == Sharing::Port {
        socket.set_reuse_port(true)?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = sharing;
    // The kernel caps the size without an error, so the caller reads it back.
    socket.set_recv_buffer_size(RECV_BUFFER)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loopback() -> ListenAddress {
        ListenAddress::Address(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn several_sockets_share_one_port() {
        let bound = Sockets::bind(loopback(), 3).unwrap();
        assert_eq!(bound.bound.len(), 3);
        for socket in &bound.bound {
            assert_eq!(socket.local_addr().unwrap(), bound.address);
        }
    }

    #[test]
    fn a_port_that_another_shares_is_taken_all_the_same() {
        let first = Sockets::bind(loopback(), 2).unwrap();
        let failure = Sockets::bind(ListenAddress::Address(first.address), 2).unwrap_err();
        assert!(matches!(
            failure,
            ServerError::Bind { error, .. } if error.kind() == io::ErrorKind::AddrInUse
        ));
    }

    #[test]
    fn all_interfaces_take_v4_clients_too() {
        let bound = Sockets::bind(ListenAddress::AllInterfaces(0), 1).unwrap();
        let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        client
            .send_to(b"x", (Ipv4Addr::LOCALHOST, bound.address.port()))
            .unwrap();
        let server = bound.bound.first().unwrap();
        server.set_nonblocking(false).unwrap();
        let mut buffer = [0; 8];
        let (_, from) = server.recv_from(&mut buffer).unwrap();
        assert_eq!(from.port(), client.local_addr().unwrap().port());
    }
}
