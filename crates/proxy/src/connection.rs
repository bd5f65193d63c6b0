//! One connection from handshake to close: one `Connect`, one answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use quinn::{Connection, Incoming, ServerConfig};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::close_reason;
use crate::connection_admission::ConnectionAdmission;
use crate::established_connection::EstablishedConnection;
use crate::event::Event;
use crate::handler::Handler;
use crate::handshake_queue::{Group, HandshakeQueue};
use crate::peer::Peer;
use crate::permit::Permit;
use crate::refusal::Refusal;
use crate::transport::for_one;

/// State that all connections of one server share.
#[derive(Debug)]
pub(crate) struct ServerContext<H> {
    pub(crate) handler: H,
    pub(crate) admission: Arc<ConnectionAdmission>,
    /// Configuration of new connections.
    pub(crate) config: Arc<ArcSwap<ServerConfig>>,
    /// `true` once a shutdown was requested.
    pub(crate) draining: watch::Receiver<bool>,
}

/// An admitted connection before its handshake.
pub(crate) struct Accepted {
    pub(crate) incoming: Incoming,
    pub(crate) permit: Permit,
    /// Queue of its handshake. Connections of the same `group` share turns.
    pub(crate) queue: Arc<HandshakeQueue>,
    pub(crate) group: Group,
    pub(crate) id: u64,
    /// Time of its first datagram.
    pub(crate) begun: Instant,
}

/// Serves one connection to its end, with the limits at the time of its admission.
pub(crate) async fn serve<H: Handler>(server: Arc<ServerContext<H>>, accepted: Accepted) {
    let Accepted {
        incoming,
        mut permit,
        queue,
        group,
        id,
        begun,
    } = accepted;
    let remote = incoming.remote_address();
    let policy = server.admission.policy();
    let evicted = permit.evicted();
    let handshake = handshake(&server.config, incoming, &queue, group, &mut permit);
    let connected = tokio::select! {
        // Eviction first: another connection already has the room of an evicted one.
        biased;
        () = evicted.notified() => None,
        connected = timeout(policy.limits.handshake_timeout, handshake) => Some(connected),
    };
    let Some(connected) = connected else {
        let refusal = permit.eviction().unwrap_or(Refusal::HalfOpen);
        return server.refused(remote, refusal);
    };
    let connection = match connected.unwrap_or_else(|_| Err("timed out".to_owned())) {
        Ok(connection) => connection,
        Err(error) => {
            server.handler.observe(&Event::HandshakeFailed {
                remote,
                error: &error,
            });
            return;
        }
    };
    let handshake = begun.elapsed();
    // Counted for its source only now: before the handshake, the address may be forged.
    if let Err(refusal) = permit.establish(remote.ip()) {
        return server.turn_away(&connection, refusal);
    }

    let established = EstablishedConnection {
        server: &server,
        policy: &policy,
        connection: &connection,
        begun,
        handshake,
    };
    let answered = tokio::select! {
        biased;
        () = evicted.notified() => Err(()),
        answered = established.answer_connect(Peer::of(&connection, id), &mut permit) => Ok(answered),
    };
    match answered {
        Err(()) => {
            let refusal = permit.eviction().unwrap_or(Refusal::Total);
            server.turn_away(&connection, refusal);
        }
        Ok(None) => {}
        Ok(Some(farewell)) => {
            tokio::select! {
                () = evicted.notified() => {}
                () = farewell.linger() => {}
            }
            connection.close(close_reason::NO_ERROR, b"");
        }
    }
}

/// Completes one handshake. The endpoint's tasks run between two handshakes: otherwise many new connections would delay
/// the packets of established ones.
async fn handshake(
    config: &ArcSwap<ServerConfig>,
    incoming: Incoming,
    queue: &Arc<HandshakeQueue>,
    group: Group,
    permit: &mut Permit,
) -> Result<Connection, String> {
    let turn = queue.turn(group).await;
    let config = for_one(&config.load(), permit.begin());
    let connecting = incoming
        .accept_with(config)
        .map_err(|error| error.to_string())?;
    // `accept_with` has computed the expensive part. The next turn begins after the other tasks have run.
    tokio::task::yield_now().await;
    drop(turn);
    connecting.await.map_err(|error| error.to_string())
}

impl<H: Handler> ServerContext<H> {
    /// Closes a connection for lack of room.
    pub(crate) fn turn_away(&self, connection: &Connection, refusal: Refusal) {
        connection.close(close_reason::RATE_LIMITED, refusal.as_str().as_bytes());
        self.refused(connection.remote_address(), refusal);
    }

    pub(crate) fn refused(&self, remote: SocketAddr, refusal: Refusal) {
        self.admission.refused.count(refusal);
        self.handler.observe(&Event::Refused { remote, refusal });
    }
}
