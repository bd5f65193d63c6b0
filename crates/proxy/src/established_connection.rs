//! A connection after its handshake: reads the first frame.

use std::time::{Duration, Instant};

use hyrouter_protocol::DecodeError;
use quinn::{Connection, RecvStream, SendStream};
use tokio::time::timeout;

use crate::admission_policy::AdmissionPolicy;
use crate::close_reason::CloseReason;
use crate::connect_exchange::{ConnectExchange, Farewell};
use crate::connect_info::ConnectInfo;
use crate::connection::ServerContext;
use crate::event::{Event, FinishedConnection, SentAnswer, Times};
use crate::first_frame::{self, FirstFrameError};
use crate::handler::Handler;
use crate::peer::Peer;
use crate::permit::Permit;
use crate::refusal::Refusal;

/// Connection with a complete handshake.
pub(crate) struct EstablishedConnection<'a, H> {
    pub(crate) server: &'a ServerContext<H>,
    pub(crate) policy: &'a AdmissionPolicy,
    pub(crate) connection: &'a Connection,
    /// When its first datagram was seen.
    pub(crate) begun: Instant,
    /// Duration of the handshake.
    pub(crate) handshake: Duration,
}

impl<'a, H: Handler> EstablishedConnection<'a, H> {
    /// Reads the `Connect` and answers it. `None` if no answer was sent and the connection is closed.
    pub(crate) async fn answer_connect(
        self,
        peer: Peer,
        permit: &mut Permit,
    ) -> Option<Farewell<'a, H>> {
        let begun = Instant::now();
        let first = first_connect(self.connection, permit);
        let first = timeout(self.policy.limits.connect_timeout, first).await;
        let times = Times {
            handshake: self.handshake,
            connect: begun.elapsed(),
            ..Times::default()
        };
        let reason = match first {
            Ok(Ok((streams, payload))) => {
                let exchange = ConnectExchange {
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
            Ok(Err(FirstFrameError::Bad)) => CloseReason::BadFrame,
            Ok(Err(FirstFrameError::Gone)) => CloseReason::ClientGone,
            Err(_) => CloseReason::ConnectTimeout,
        };
        self.connection.close(reason.close_code(), b"");
        let request = RequestContext {
            peer: &peer,
            info: None,
            error: None,
        };
        self.finish(request, times, Err(reason));
        None
    }

    /// Reports the end of the exchange to the handler.
    pub(crate) fn finish(
        &self,
        request: RequestContext<'_>,
        times: Times,
        result: Result<SentAnswer<'_, H::Note>, CloseReason>,
    ) {
        let RequestContext { peer, info, error } = request;
        let times = Times {
            total: self.begun.elapsed(),
            ..times
        };
        let finished = FinishedConnection {
            peer,
            info,
            error,
            result,
            times,
        };
        self.server.handler.observe(&Event::Finished(finished));
    }
}

/// Returns the client's first bidirectional stream and the payload of its first frame.
async fn first_connect(
    connection: &Connection,
    permit: &mut Permit,
) -> Result<((SendStream, RecvStream), Vec<u8>), FirstFrameError> {
    let stream = connection.accept_bi().await;
    let (send, mut recv) = stream.map_err(|_| FirstFrameError::Gone)?;
    let payload = first_frame::read(&mut recv, permit).await?;
    Ok(((send, recv), payload))
}

/// Data read from a client's first frame.
#[derive(Clone, Copy)]
pub(crate) struct RequestContext<'a> {
    pub(crate) peer: &'a Peer,
    pub(crate) info: Option<&'a ConnectInfo>,
    pub(crate) error: Option<&'a DecodeError>,
}
