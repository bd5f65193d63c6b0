//! The life of one connection: handshake, one `Connect`, one answer, goodbye.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use hyrouter_protocol::{
    ClientBuild, DecodeError, DisconnectForm, encode_disconnect, encode_referral,
};
use quinn::{Connection, Incoming, RecvStream, SendStream, ServerConfig};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::admission_policy::AdmissionPolicy;
use crate::answer::{Action, Answer};
use crate::close;
use crate::connect_info::ConnectInfo;
use crate::connection_admission::ConnectionAdmission;
use crate::event::{Decided, Event, Times};
use crate::first_frame::{self, FirstFrameError};
use crate::handler::{Failure, Handler};
use crate::handshake_queue::{Group, HandshakeQueue};
use crate::peer::Peer;
use crate::permit::Permit;
use crate::refusal::Refusal;
use crate::transport::for_one;

/// How long a client that has a Disconnect in its buffers may take to read it and leave by itself.
/// The game's own server gives it 0.1 to 1 s.
const DISCONNECT_GRACE: Duration = Duration::from_secs(1);

/// What all connections of one server share.
#[derive(Debug)]
pub(crate) struct ServerContext<H> {
    pub(crate) handler: H,
    pub(crate) admission: Arc<ConnectionAdmission>,
    /// What new connections are set up by.
    pub(crate) config: Arc<ArcSwap<ServerConfig>>,
    /// True from the moment that a shutdown was asked for.
    pub(crate) draining: watch::Receiver<bool>,
}

/// A connection that was let in, and what is known of it so far.
pub(crate) struct Accepted {
    pub(crate) incoming: Incoming,
    pub(crate) permit: Permit,
    /// Where its handshake waits, and which others it shares turns with.
    pub(crate) queue: Arc<HandshakeQueue>,
    pub(crate) group: Group,
    pub(crate) id: u64,
    /// When its first datagram was seen.
    pub(crate) begun: Instant,
}

/// Serves one connection to its end, by the limits of the moment that it came in.
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
    let shaking = handshake(&server.config, incoming, &queue, group, &mut permit);
    let shaken = tokio::select! {
        biased;
        () = evicted.notified() => None,
        shaken = timeout(policy.limits.handshake_timeout, shaking) => Some(shaken),
    };
    let Some(shaken) = shaken else {
        let refusal = permit.eviction().unwrap_or(Refusal::HalfOpen);
        return server.refused(remote, refusal);
    };
    let connection = match shaken.unwrap_or_else(|_| Err("it took too long".to_owned())) {
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
        answered = established.served(Peer::of(&connection, id), &mut permit) => Ok(answered),
    };
    match answered {
        Err(()) => {
            let refusal = permit.eviction().unwrap_or(Refusal::Total);
            server.turn_away(&connection, refusal);
        }
        Ok(None) => {}
        Ok(Some((exchange, grace))) => {
            tokio::select! {
                () = evicted.notified() => {}
                () = exchange.linger(grace) => {}
            }
            connection.close(close::NO_ERROR, b"");
        }
    }
}

/// One handshake is computed each time that all tasks of the endpoint had their turn: else a crowd of newcomers would
/// hold up every packet of those who are inside.
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
    tokio::task::yield_now().await;
    drop(turn);
    connecting.await.map_err(|error| error.to_string())
}

/// The first bidirectional stream of the client, and the payload of the frame it begins with.
async fn first_connect(
    connection: &Connection,
    permit: &mut Permit,
) -> Result<((SendStream, RecvStream), Vec<u8>), FirstFrameError> {
    let (send, mut recv) = connection
        .accept_bi()
        .await
        .map_err(|_| FirstFrameError::Gone)?;
    let payload = first_frame::read(&mut recv, permit).await?;
    Ok(((send, recv), payload))
}

impl<H: Handler> ServerContext<H> {
    /// Closes a connection that there is no room for.
    fn turn_away(&self, connection: &Connection, refusal: Refusal) {
        connection.close(close::RATE_LIMITED, refusal.reason_code().as_bytes());
        self.refused(connection.remote_address(), refusal);
    }

    pub(crate) fn refused(&self, remote: SocketAddr, refusal: Refusal) {
        self.admission.refused.count(refusal);
        self.handler.observe(&Event::Refused { remote, refusal });
    }
}

/// An established connection.
#[derive(Clone, Copy)]
struct EstablishedConnection<'a, H> {
    server: &'a ServerContext<H>,
    policy: &'a AdmissionPolicy,
    connection: &'a Connection,
    begun: Instant,
    /// How long the handshake took.
    handshake: Duration,
}

impl<'a, H: Handler> EstablishedConnection<'a, H> {
    /// Reads the `Connect` and answers it. When the answer is on its way, gives the exchange and how long the client
    /// may take to leave; in all other cases the connection is closed.
    async fn served(self, peer: Peer, permit: &mut Permit) -> Option<(Exchange<'a, H>, Duration)> {
        let asked = Instant::now();
        let first = first_connect(self.connection, permit);
        let first = timeout(self.policy.limits.connect_timeout, first).await;
        let mut times = Times {
            handshake: self.handshake,
            connect: asked.elapsed(),
            ..Times::default()
        };
        let (code, reason_code) = match first {
            Ok(Ok((streams, payload))) => {
                let exchange = Exchange {
                    established: self,
                    streams,
                    times,
                };
                return exchange.run(peer, payload).await;
            }
            Ok(Err(FirstFrameError::NoRoom)) => {
                self.server.turn_away(self.connection, Refusal::Memory);
                return None;
            }
            Ok(Err(FirstFrameError::Bad)) => (close::INVALID_VERSION, "bad_frame"),
            Ok(Err(FirstFrameError::Gone)) => (close::NO_ERROR, "client_gone"),
            Err(_) => (close::TIMEOUT, "connect_timeout"),
        };
        self.connection.close(code, b"");
        times.total = self.begun.elapsed();
        self.server.handler.observe(&Event::Decided(Decided {
            peer: &peer,
            info: None,
            error: None,
            answer: None,
            reason_code,
            times,
        }));
        None
    }
}

/// A connection whose first frame is there.
struct Exchange<'a, H> {
    established: EstablishedConnection<'a, H>,
    /// The receiving half is kept though nothing more is read: dropping it would tell the client
    /// to stop sending, which a game client takes for an error.
    streams: (SendStream, RecvStream),
    times: Times,
}

impl<H: Handler> Exchange<'_, H> {
    async fn run(mut self, peer: Peer, payload: Vec<u8>) -> Option<(Self, Duration)> {
        let begun = Instant::now();
        let EstablishedConnection {
            server,
            policy,
            connection,
            ..
        } = self.established;
        let handler = &server.handler;
        let grace = match ConnectInfo::decode(peer, payload) {
            Err(bad) => {
                let failure = Failure::BadConnect {
                    peer: &bad.peer,
                    error: &bad.error,
                    build: bad.build,
                };
                let answer = handler.failed(&failure).because(failure.reason_code());
                self.times.decision = begun.elapsed();
                let said = Said {
                    peer: &bad.peer,
                    info: None,
                    error: Some(&bad.error),
                };
                self.answer(said, answer).await
            }
            Ok(info) => {
                let answer = tokio::select! {
                    biased;
                    answer = handler.answer(info.clone()) => Some(answer),
                    () = tokio::time::sleep(policy.limits.decision_timeout) => {
                        let failure = Failure::BudgetExceeded { info: &info };
                        Some(handler.failed(&failure).because(failure.reason_code()))
                    }
                    _ = connection.closed() => None,
                };
                self.times.decision = begun.elapsed();
                let said = Said {
                    peer: info.peer(),
                    info: Some(&info),
                    error: None,
                };
                if let Some(answer) = answer {
                    self.answer(said, answer).await
                } else {
                    self.decided(said, None, "client_gone");
                    None
                }
            }
        };
        grace.map(|grace| (self, grace))
    }

    /// How long the client may take to leave after it has acknowledged the answer; `None`: it is gone.
    async fn answer(&mut self, said: Said<'_>, answer: Answer) -> Option<Duration> {
        let limit = self.established.policy.limits.close_timeout;
        let build = said
            .info
            .map_or(ClientBuild::Unknown, |info| info.connect().build());
        let form = DisconnectForm::for_client(said.peer.alpn.as_deref(), build);
        let (answer, packet) = encode(answer, form);
        // A client that grants no window would hold the bytes back for ever.
        let sent = timeout(limit, self.send(&packet)).await;
        if matches!(sent, Ok(true)) {
            self.decided(said, Some(&answer), answer.reason_code);
            return Some(match answer.action {
                Action::Referral { .. } => limit,
                Action::Disconnect { .. } => DISCONNECT_GRACE.min(limit),
            });
        }
        self.decided(said, None, "client_gone");
        self.established.connection.close(close::NO_ERROR, b"");
        None
    }

    /// Hands the packet over to QUIC; false when the connection or the stream is gone.
    async fn send(&mut self, packet: &[u8]) -> bool {
        let (send, _) = &mut self.streams;
        send.write_all(packet).await.is_ok() && send.finish().is_ok()
    }

    /// Waits until the packet has surely arrived: closing throws away what was not sent, and a
    /// receiver may throw away what it has not read yet. Best is to let the client close: then it
    /// has read the packet.
    async fn linger(&self, grace: Duration) {
        let limit = self.established.policy.limits.close_timeout;
        let mut draining = self.established.server.draining.clone();
        let acknowledged = async {
            let _ = self.streams.0.stopped().await;
            tokio::select! {
                () = tokio::time::sleep(grace) => {}
                _ = draining.wait_for(|draining| *draining) => {}
            }
        };
        tokio::select! {
            _ = self.established.connection.closed() => {}
            () = acknowledged => {}
            () = tokio::time::sleep(limit) => {}
        }
    }

    fn decided(&self, said: Said<'_>, answer: Option<&Answer>, reason_code: &'static str) {
        let Said { peer, info, error } = said;
        let times = Times {
            total: self.established.begun.elapsed(),
            ..self.times
        };
        let decided = Decided {
            peer,
            info,
            error,
            answer,
            reason_code,
            times,
        };
        self.established
            .server
            .handler
            .observe(&Event::Decided(decided));
    }
}

/// What a client said, or failed to.
#[derive(Clone, Copy)]
struct Said<'a> {
    peer: &'a Peer,
    info: Option<&'a ConnectInfo>,
    error: Option<&'a DecodeError>,
}

/// The answer as a frame, and the answer that this really is: a handler may ask for what the
/// protocol can not say, and the player gets an answer all the same.
fn encode(answer: Answer, form: DisconnectForm) -> (Answer, Vec<u8>) {
    let mut packet = Vec::with_capacity(256);
    let encoded = match &answer.action {
        Action::Referral { host, port, data } => {
            encode_referral(host, *port, data.as_deref(), &mut packet)
        }
        Action::Disconnect { reason } => encode_disconnect(form, reason.as_deref(), &mut packet),
    };
    let Err(error) = encoded else {
        return (answer, packet);
    };
    tracing::warn!(%error, reason = answer.reason_code, "an answer can not be encoded; the player is only told to leave");
    packet.clear();
    let bare = encode_disconnect(form, None, &mut packet);
    debug_assert!(
        bare.is_ok(),
        "a Disconnect without a reason has no limits to break"
    );
    let told = Answer {
        action: Action::Disconnect { reason: None },
        ..answer
    };
    (told, packet)
}
