//! What happens, for logs and metrics.

use std::net::SocketAddr;
use std::time::Duration;

use hyrouter_protocol::DecodeError;

use crate::answer::Answer;
use crate::close_reason::CloseReason;
use crate::connect_info::ConnectInfo;
use crate::peer::Peer;
use crate::refusal::Refusal;

/// Something that a [`Handler`](crate::Handler) with notes of the type `N` is shown.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a, N> {
    /// A connection was turned away before it could send a `Connect`.
    Refused {
        /// Where it seems to come from; proven only for [`Refusal::Memory`].
        remote: SocketAddr,
        /// Which limit it met.
        refusal: Refusal,
    },
    /// The TLS handshake failed or took too long.
    HandshakeFailed {
        /// Where it seems to come from.
        remote: SocketAddr,
        /// The error of QUIC.
        error: &'a str,
    },
    /// A connection got its answer, or was closed because none was possible.
    Finished(FinishedConnection<'a, N>),
    /// Serving a connection panicked. Only that one is lost.
    Panicked,
}

/// The outcome of one connection. If there is an answer, it is on its way.
#[derive(Debug)]
#[non_exhaustive]
pub struct FinishedConnection<'a, N> {
    /// The far end.
    pub peer: &'a Peer,
    /// Its `Connect`, where one was read and understood.
    pub info: Option<&'a ConnectInfo>,
    /// What is wrong with its `Connect`, where one was read and not understood.
    pub error: Option<&'a DecodeError>,
    /// What was sent, or why the connection was closed without a packet.
    pub result: Result<SentAnswer<'a, N>, CloseReason>,
    /// How long things took.
    pub times: Times,
}

/// An answer that was sent, and what the handler knows of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct SentAnswer<'a, N> {
    /// The answer.
    pub answer: &'a Answer,
    /// The handler's own note.
    pub note: &'a N,
}

impl<'a, N> FinishedConnection<'a, N> {
    /// Returns the answer that was sent.
    pub fn answer(&self) -> Option<&'a Answer> {
        self.result.as_ref().ok().map(|sent| sent.answer)
    }

    /// Returns the handler's note for the answer that was sent.
    pub fn note(&self) -> Option<&'a N> {
        self.result.as_ref().ok().map(|sent| sent.note)
    }

    /// Returns the stable reason code: that of the answer, or of the [`CloseReason`].
    pub fn reason_code(&self) -> &'static str {
        match &self.result {
            Ok(sent) => sent.answer.reason_code,
            Err(reason) => reason.as_str(),
        }
    }
}

/// How long the steps of one connection took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// From the first datagram to the end of the handshake.
    pub handshake: Duration,
    /// From there until the first frame was read.
    pub connect: Duration,
    /// From there until there was an answer.
    pub decision: Duration,
    /// From the first datagram until the answer was handed to QUIC, or until a connection that got none was closed.
    /// A datagram that was answered by Retry is not the first: nothing of it is remembered.
    pub total: Duration,
}
