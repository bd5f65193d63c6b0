//! The interface for embedders.

use std::future::Future;

use hyrouter_protocol::DecodeError;

use crate::answer::Answer;
use crate::connect_info::ConnectInfo;
use crate::event::Event;
use crate::peer::Peer;

/// Decides the answer to a `Connect`. One handler serves all connections concurrently.
///
/// Every `async fn(ConnectInfo) -> Answer` is a handler. Implement the trait for your own failure texts or to observe
/// events.
pub trait Handler: Send + Sync + 'static {
    /// Details of a decision beside the answer. The server keeps them until the connection has finished, and passes
    /// them to [`observe`](Self::observe).
    type Note: Send + 'static;

    /// Returns the answer for one `Connect`. The future is dropped when the client leaves or when
    /// [`Limits::decision_timeout`](crate::Limits::decision_timeout) has passed.
    fn answer(&self, info: ConnectInfo) -> impl Future<Output = (Answer, Self::Note)> + Send;

    /// Returns the answer after a failure, such as [`Failure::answer`]. The server sets its reason code.
    fn failed(&self, failure: &Failure<'_>) -> (Answer, Self::Note);

    /// Observes an event, for counting and logging. Runs on the serving thread and must not block. Does nothing by
    /// default.
    fn observe(&self, event: &Event<'_, Self::Note>) {
        let _ = event;
    }
}

impl<F, Fut> Handler for F
where
    F: Fn(ConnectInfo) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Answer> + Send,
{
    type Note = ();

    fn answer(&self, info: ConnectInfo) -> impl Future<Output = (Answer, ())> + Send {
        let answer = self(info);
        async { (answer.await, ()) }
    }

    fn failed(&self, failure: &Failure<'_>) -> (Answer, ()) {
        (failure.answer(), ())
    }
}

/// Reason for not using a handler's answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure<'a> {
    /// The first frame is a `Connect` by its id that cannot be decoded.
    BadConnect {
        /// Sender of the frame.
        peer: &'a Peer,
        /// Error in the frame.
        error: &'a DecodeError,
        /// Apparent build: the value at the position of the build number in all layouts but the oldest.
        build: Option<i32>,
    },
    /// The handler exceeded its time limit.
    BudgetExceeded {
        /// `Connect` that the handler did not answer in time.
        info: &'a ConnectInfo,
    },
}

impl Failure<'_> {
    /// Returns the kind of the failure.
    pub fn reason(&self) -> FailureReason {
        match self {
            Self::BadConnect { .. } => FailureReason::BadConnect,
            Self::BudgetExceeded { .. } => FailureReason::BudgetExceeded,
        }
    }

    /// Returns a `Disconnect` with a text in English.
    pub fn answer(&self) -> Answer {
        let text = match self {
            Self::BadConnect { .. } => "This server does not understand your game's version.",
            Self::BudgetExceeded { .. } => {
                "This server is currently unreachable. Please try again later."
            }
        };
        Answer::disconnect(Some(text.to_owned()))
    }
}

/// The kind of a [`Failure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureReason {
    /// [`Failure::BadConnect`].
    BadConnect,
    /// [`Failure::BudgetExceeded`].
    BudgetExceeded,
}

impl FailureReason {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::BadConnect, Self::BudgetExceeded];

    /// Returns the stable reason code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadConnect => "bad_connect",
            Self::BudgetExceeded => "budget_exceeded",
        }
    }
}
