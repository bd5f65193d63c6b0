//! Listeners, and the connections that they accept.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tracing::{debug, warn};

use crate::server::connection_limiter::{ConnectionLimiter, ConnectionSlot};
use crate::server::limits::{ACCEPT_PAUSE, SEND_BUFFER};

/// Accepts the next connection within the limits. The connection keeps its slot until it ends.
pub(crate) async fn accept(
    listener: &tokio::net::TcpListener,
    limiter: &ConnectionLimiter,
) -> (TcpStream, SocketAddr, ConnectionSlot) {
    loop {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!(%error, "accepting a connection failed");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(slot) = limiter.enter(from.ip()) else {
            debug!(%from, "connection refused: too many connections");
            continue;
        };
        // Responses are small, and each is written at once.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%from, %error, "connection lost");
            continue;
        }
        return (stream, from, slot);
    }
}

/// Binds a listener.
pub(crate) fn listen(listen: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(listen), Type::STREAM, None)?;
    // As in std: the port can be bound while old connections are in TIME_WAIT.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // Accepted connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    // Without it the kernel retransmits for minutes to a client that has disappeared.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(crate::server::limits::STALL_TIME))?;
    socket.bind(&listen.into())?;
    socket.listen(128)?;
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from(socket))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::server::limits::STALL_TIME;

    #[test]
    fn a_connection_to_a_vanished_client_times_out() {
        let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let _client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = loop {
            match listener.accept() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                accepted => break accepted.unwrap(),
            }
        };
        let socket = socket2::SockRef::from(&accepted);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(STALL_TIME));
    }
}
