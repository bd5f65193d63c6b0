//! One `Connect` and its answer.

use std::time::{Duration, Instant};

use hyrouter_protocol::{ClientBuild, DisconnectForm};
use quinn::{RecvStream, SendStream};
use tokio::time::timeout;

use crate::answer::{Action, Answer};
use crate::close_reason::CloseReason;
use crate::connect_info::ConnectInfo;
use crate::established_connection::{EstablishedConnection, RequestContext};
use crate::event::{SentAnswer, Times};
use crate::handler::{Failure, Handler};
use crate::peer::Peer;

/// Maximum time for a client to read a received Disconnect and close the connection. The game's own server
/// allows 0.1 to 1 s.
const DISCONNECT_GRACE: Duration = Duration::from_secs(1);

/// Connection with a complete first frame.
pub(crate) struct ConnectExchange<'a, H> {
    pub(crate) established: EstablishedConnection<'a, H>,
    /// The receiving half is kept although nothing more is read: dropping it sends `STOP_SENDING`, which a game client
    /// treats as an error.
    pub(crate) streams: (SendStream, RecvStream),
    pub(crate) times: Times,
}

impl<'a, H: Handler> ConnectExchange<'a, H> {
    /// Answers the `Connect`. `None` if the client left before.
    pub(crate) async fn run(mut self, peer: Peer, payload: Vec<u8>) -> Option<Farewell<'a, H>> {
        let begun = Instant::now();
        let handler = &self.established.server.handler;
        let grace = match ConnectInfo::decode(peer, payload) {
            Err(bad) => {
                let failure = Failure::BadConnect {
                    peer: &bad.peer,
                    error: &bad.error,
                    build: bad.build,
                };
                let (answer, note) = failed(handler, &failure);
                self.times.decision = begun.elapsed();
                let request = RequestContext {
                    peer: &bad.peer,
                    info: None,
                    error: Some(&bad.error),
                };
                self.answer(request, answer, note).await
            }
            Ok(info) => {
                let decision_timeout = self.established.policy.limits.decision_timeout;
                let decided = tokio::select! {
                    // `biased`: if decision and timeout are ready at once, the decision wins.
                    biased;
                    decided = handler.answer(info.clone()) => Some(decided),
                    () = tokio::time::sleep(decision_timeout) => {
                        Some(failed(handler, &Failure::BudgetExceeded { info: &info }))
                    }
                    // Dropping the decision cancels its plugin calls, since the player has left.
                    _ = self.established.connection.closed() => None,
                };
                self.times.decision = begun.elapsed();
                let request = RequestContext {
                    peer: info.peer(),
                    info: Some(&info),
                    error: None,
                };
                if let Some((answer, note)) = decided {
                    self.answer(request, answer, note).await
                } else {
                    let gone = Err(CloseReason::ClientGone);
                    self.established.finish(request, self.times, gone);
                    None
                }
            }
        };
        grace.map(|grace| Farewell {
            exchange: self,
            grace,
        })
    }

    /// Sends the answer. Returns the time for the client to leave after it has acknowledged the answer, or `None` if it
    /// is gone.
    async fn answer(
        &mut self,
        request: RequestContext<'_>,
        answer: Answer,
        note: H::Note,
    ) -> Option<Duration> {
        let limit = self.established.policy.limits.close_timeout;
        let build = request
            .info
            .map_or(ClientBuild::Unknown, |info| info.connect().build());
        let form = DisconnectForm::for_client(request.peer.alpn.as_deref(), build);
        let (answer, packet) = answer.encode(form);
        // Bounded: a client that grants no window would block the write without end.
        let sent = timeout(limit, self.send(&packet)).await;
        if matches!(sent, Ok(true)) {
            let sent = SentAnswer {
                answer: &answer,
                note: &note,
            };
            self.established.finish(request, self.times, Ok(sent));
            return Some(match answer.action {
                Action::Referral { .. } => limit,
                Action::Disconnect { .. } => DISCONNECT_GRACE.min(limit),
            });
        }
        let reason = CloseReason::ClientGone;
        self.established.finish(request, self.times, Err(reason));
        self.established.connection.close(reason.close_code(), b"");
        None
    }

    /// Hands the packet to QUIC. Returns `false` if the connection or the stream is gone.
    async fn send(&mut self, packet: &[u8]) -> bool {
        let (send, _) = &mut self.streams;
        send.write_all(packet).await.is_ok() && send.finish().is_ok()
    }
}

/// Connection with its answer on the way.
pub(crate) struct Farewell<'a, H> {
    exchange: ConnectExchange<'a, H>,
    /// Maximum time for the client to leave after it has acknowledged the answer.
    grace: Duration,
}

impl<H: Handler> Farewell<'_, H> {
    /// Waits until the packet has arrived. Closing a connection discards unsent data, and a receiver may discard unread
    /// data (RFC 9000, section 10.2). A client that closes by itself has read the packet.
    pub(crate) async fn linger(&self) {
        let established = &self.exchange.established;
        let mut draining = established.server.draining.clone();
        let acknowledged = async {
            let _ = self.exchange.streams.0.stopped().await;
            tokio::select! {
                () = tokio::time::sleep(self.grace) => {}
                // The answer has arrived, so a shutdown need not wait for the client.
                _ = draining.wait_for(|draining| *draining) => {}
            }
        };
        tokio::select! {
            _ = established.connection.closed() => {}
            () = acknowledged => {}
            // For a client that never acknowledges.
            () = tokio::time::sleep(established.policy.limits.close_timeout) => {}
        }
    }
}

fn failed<H: Handler>(handler: &H, failure: &Failure<'_>) -> (Answer, H::Note) {
    let (answer, note) = handler.failed(failure);
    (answer.with_reason(failure.reason().as_str()), note)
}
