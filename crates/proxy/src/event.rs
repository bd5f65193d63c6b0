//! What happens, for logs and metrics.

use std::net::SocketAddr;
use std::time::Duration;

use hyrouter_protocol::DecodeError;

use crate::answer::Answer;
use crate::connect_info::ConnectInfo;
use crate::peer::Peer;
use crate::refusal::Refusal;

/// Something that a [`Handler`](crate::Handler) is shown.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A connection was turned away before it could say anything.
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
        /// What QUIC says.
        error: &'a str,
    },
    /// A connection got its answer, or was closed because none was possible.
    Decided(Decided<'a>),
    /// Serving a connection panicked. Only that one is lost.
    Panicked,
}

/// The outcome of one connection. The answer is on its way when this is told.
#[derive(Debug)]
#[non_exhaustive]
pub struct Decided<'a> {
    /// The far end.
    pub peer: &'a Peer,
    /// Its `Connect`, where one was read and understood.
    pub info: Option<&'a ConnectInfo>,
    /// What is wrong with its `Connect`, where one was read and not understood.
    pub error: Option<&'a DecodeError>,
    /// What it was told; `None`: closed without a packet.
    pub answer: Option<&'a Answer>,
    /// Why, as a stable code.
    pub reason_code: &'static str,
    /// How long things took.
    pub times: Times,
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
