//! Events for logs and metrics.

use std::net::SocketAddr;
use std::time::Duration;

use hyrouter_protocol::DecodeError;

use crate::answer::Answer;
use crate::close_reason::CloseReason;
use crate::connect_info::ConnectInfo;
use crate::peer::Peer;
use crate::refusal::Refusal;

/// Event for the observer of a [`Handler`](crate::Handler) with notes of type `N`.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a, N> {
    /// A connection was refused before it could send a `Connect`.
    Refused {
        /// Apparent address of the client; proven only for [`Refusal::Memory`].
        remote: SocketAddr,
        /// Limit that the connection met.
        refusal: Refusal,
    },
    /// The TLS handshake failed or took too long.
    HandshakeFailed {
        /// Apparent address of the client.
        remote: SocketAddr,
        /// The error of QUIC.
        error: &'a str,
    },
    /// A connection was answered, or closed without an answer.
    Finished(FinishedConnection<'a, N>),
    /// Serving a connection panicked. Other connections are not affected.
    Panicked,
}

/// The outcome of one connection. If there is an answer, it is on its way.
#[derive(Debug)]
#[non_exhaustive]
pub struct FinishedConnection<'a, N> {
    /// The far end.
    pub peer: &'a Peer,
    /// Its `Connect`, if one was decoded.
    pub info: Option<&'a ConnectInfo>,
    /// Error in its `Connect`, if it cannot be decoded.
    pub error: Option<&'a DecodeError>,
    /// Answer that was sent, or the reason for closing the connection without a packet.
    pub result: Result<SentAnswer<'a, N>, CloseReason>,
    /// Durations of the steps.
    pub times: Times,
}

/// Answer that was sent, with the handler's note.
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

/// Durations of the steps of one connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// From the first datagram to the end of the handshake.
    pub handshake: Duration,
    /// From there until the first frame was read.
    pub connect: Duration,
    /// From there until there was an answer.
    pub decision: Duration,
    /// From the first datagram until the answer was handed to QUIC, or until a connection without an answer was closed.
    /// A datagram that was answered with a Retry does not count: the server keeps no state for it.
    pub total: Duration,
}
