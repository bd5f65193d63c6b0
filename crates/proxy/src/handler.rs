//! What an embedder supplies: an answer for a `Connect`.

use std::future::Future;

use hyrouter_protocol::DecodeError;

use crate::answer::Answer;
use crate::connect_info::ConnectInfo;
use crate::event::Event;
use crate::peer::Peer;

/// Decides what a client is told. One handler serves all connections at once.
///
/// Every `async fn(ConnectInfo) -> Answer` is one. Implement the trait to word the failures
/// yourself or to see the events.
pub trait Handler: Send + Sync + 'static {
    /// The answer for one `Connect`. The future is dropped when the client leaves or when
    /// [`Limits::decision_timeout`](crate::Limits::decision_timeout) has passed.
    fn answer(&self, info: ConnectInfo) -> impl Future<Output = Answer> + Send;

    /// What the client is told when no answer can be had. In English unless you say it better.
    fn failed(&self, failure: &Failure<'_>) -> Answer {
        let text = match failure {
            Failure::BadConnect { .. } => "This server does not understand your game's version.",
            Failure::BudgetExceeded { .. } => {
                "This server is currently unreachable. Please try again later."
            }
        };
        Answer::disconnect(Some(text.to_owned()))
    }

    /// Called for everything worth counting or logging, from the thread that serves: it must not
    /// block. Does nothing by default.
    fn observe(&self, event: &Event<'_>) {
        let _ = event;
    }
}

impl<F, Fut> Handler for F
where
    F: Fn(ConnectInfo) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Answer> + Send,
{
    fn answer(&self, info: ConnectInfo) -> impl Future<Output = Answer> + Send {
        self(info)
    }
}

/// Why a handler's answer is not used.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure<'a> {
    /// The first frame is a `Connect` by its id that can not be decoded.
    BadConnect {
        /// Who sent it.
        peer: &'a Peer,
        /// What is wrong with it.
        error: &'a DecodeError,
        /// The build that it seems to be of: what stands where all but the oldest layout have it.
        build: Option<i32>,
    },
    /// The handler took longer than it may.
    BudgetExceeded {
        /// What it had to answer.
        info: &'a ConnectInfo,
    },
}

impl Failure<'_> {
    /// The stable reason code.
    pub fn reason_code(&self) -> &'static str {
        match self {
            Self::BadConnect { .. } => "bad_connect",
            Self::BudgetExceeded { .. } => "budget_exceeded",
        }
    }
}
